import { stat } from 'node:fs/promises';

/** Text that differs when one of the files came, went or was written. */
export async function fingerprintOf(paths: readonly string[]): Promise<string> {
  const parts = paths.map(async (file) => {
    try {
      const { mtimeMs, size, ino } = await stat(file);
      return `${mtimeMs} ${size} ${ino}`;
    } catch {
      return 'missing';
    }
  });
  return (await Promise.all(parts)).join('\n');
}
