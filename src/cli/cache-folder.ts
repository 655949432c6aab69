import path from 'node:path';

/** What of the process says where a person's caches are. */
export interface CachePlace {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  readonly home: string;
}

/** Where findings of this person are kept, as the platform has it; undefined where nobody says where that is. */
export function cacheFolder({ env, platform, home }: CachePlace): string | undefined {
  const caches = cachesOf(env, platform, home);
  return caches === undefined ? undefined : path.join(caches, 'meshlens', 'findings');
}

function cachesOf(env: CachePlace['env'], platform: NodeJS.Platform, home: string): string | undefined {
  const named = platform === 'win32' ? env.LOCALAPPDATA : env.XDG_CACHE_HOME;
  // The specification of XDG has relative ones ignored.
  if (named !== undefined && path.isAbsolute(named)) return named;
  if (!path.isAbsolute(home) || platform === 'win32') return undefined;
  return platform === 'darwin' ? path.join(home, 'Library', 'Caches') : path.join(home, '.cache');
}
