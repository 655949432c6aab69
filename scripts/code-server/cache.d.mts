/** See `cache.mjs`. */
export function cacheRoot(): string;
export function cached(
  name: string,
  install: (directory: string) => Promise<void>,
  say?: (line: string) => void,
): Promise<string>;
