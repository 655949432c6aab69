import path from 'node:path';

export interface KubeconfigSources {
  /** Path (or list of paths) that a person chose; `~` is the home folder. */
  readonly setting?: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  readonly platform?: NodeJS.Platform;
  /** Folder that relative paths start from. Default: that of the process. */
  readonly cwd?: string;
}

export interface KubeconfigPaths {
  /** Absolute, in the order in which they are merged. */
  readonly paths: readonly string[];
  readonly from: 'setting' | 'environment' | 'home';
}

/** Which files make up the kubeconfig: the setting, else the list in `KUBECONFIG`, else `~/.kube/config`. */
export function kubeconfigPaths(sources: KubeconfigSources): KubeconfigPaths {
  const platform = sources.platform ?? process.platform;
  const system = platform === 'win32' ? path.win32 : path.posix;
  const cwd = sources.cwd ?? process.cwd();
  const absolute = (file: string): string => system.resolve(cwd, file);
  const list = (text: string): string[] => [...new Set(splitList(text, platform).filter((file) => file !== ''))];

  const setting = sources.setting?.trim() ?? '';
  if (setting !== '') {
    const files = list(setting).map((file) => file.replace(/^~(?=$|[\\/])/, () => sources.home));
    return { paths: files.map(absolute), from: 'setting' };
  }
  // An empty KUBECONFIG counts as none; one that holds only separators names no file at all, as in kubectl.
  if (sources.env['KUBECONFIG']) return { paths: list(sources.env['KUBECONFIG']).map(absolute), from: 'environment' };
  return { paths: [absolute(system.join(sources.home, '.kube', 'config'))], from: 'home' };
}

/** `filepath.SplitList` of Go: on Windows a quoted part may hold the separator. */
function splitList(text: string, platform: NodeJS.Platform): string[] {
  if (platform !== 'win32') return text.split(':');
  const parts: string[] = [];
  let part = '';
  let quoted = false;
  for (const character of text) {
    if (character === '"') quoted = !quoted;
    else if (character === ';' && !quoted) {
      parts.push(part);
      part = '';
    } else part += character;
  }
  return [...parts, part];
}
