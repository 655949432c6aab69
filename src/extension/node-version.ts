/** The Node that the engine's libraries need; the editor's own Node runs it. */
export const requiredNode = '22.19';

/** Whether a version such as `22.19.0` is new enough. */
export function isSupportedNode(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [requiredMajor = 0, requiredMinor = 0] = requiredNode.split('.').map(Number);
  return major > requiredMajor || (major === requiredMajor && minor >= requiredMinor);
}
