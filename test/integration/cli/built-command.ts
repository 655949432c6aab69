/** The command as `scripts/build.mjs` made it, run as a person or a CI job runs it. */
import { execFile } from 'node:child_process';
import path from 'node:path';

export const bundle = path.resolve(import.meta.dirname, '../../../dist/meshlens.js');

export interface Result {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface RunOptions {
  readonly cwd: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly input?: string;
}

export function runMeshlens(args: readonly string[], { cwd, env = {}, input = '' }: RunOptions): Promise<Result> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [bundle, ...args],
      // Nothing is kept beyond the test.
      { cwd, maxBuffer: 64 * 1024 * 1024, env: { ...process.env, XDG_CACHE_HOME: path.join(cwd, 'caches'), ...env } },
      (error, out, err) => {
        resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, out, err });
      },
    );
    child.stdin?.end(input);
  });
}
