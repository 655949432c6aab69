/** Why a process ended, as a person would say it. */
export function exitReason(code: number | null, signal: NodeJS.Signals | null, lastErrorLine: string): string {
  if (signal !== null) return `killed by ${signal}`;
  const status = code === 0 ? 'exited' : `exited with code ${code ?? 'unknown'}`;
  const line = lastErrorLine.trim();
  if (code === 0 || line === '') return status;
  return `${status}: ${line.length > 200 ? `${line.slice(0, 200)}…` : line}`;
}

/** Why a process could not be started at all. */
export function spawnFailure(error: Error & { readonly code?: string }, program: string, directory: string): string {
  if (error.code === 'ENOENT') return `"${program}" was not found, or there is no folder ${directory}`;
  if (error.code === 'EACCES') return `"${program}" is not executable`;
  return `could not be started: ${error.message}`;
}
