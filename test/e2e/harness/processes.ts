import { readlink } from 'node:fs/promises';
import { run } from '../../../scripts/code-server/programs.mjs';

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
}

/** Every process of the machine. */
async function processes(): Promise<readonly Process[]> {
  const { text } = await run('ps', ['-A', '-ww', '-o', 'pid=,ppid=,args=']);
  return text.split('\n').flatMap((line) => {
    const [, pid, parent, command] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    return pid === undefined || parent === undefined || command === undefined
      ? []
      : [{ pid: Number(pid), parent: Number(parent), command }];
  });
}

/** Process id of the engine that an extension host has started; undefined while there is none. */
export async function enginePid(hostPid: number): Promise<number | undefined> {
  return (await processes()).find(({ parent, command }) => parent === hostPid && command.includes(' lsp --stdio'))?.pid;
}

/** Node processes that run `script` (a path relative to the workspace) for the workspace in `folder`. */
export async function servicePids(folder: string, script: string): Promise<readonly number[]> {
  const candidates = (await processes()).filter(({ command }) => command.includes(script) && !/^\S*sh /.test(command));
  const owned = await Promise.all(
    candidates.map(async ({ pid }) => {
      // Other meshes of the same shape may run on this machine: only ours has this working directory.
      const at = await readlink(`/proc/${pid}/cwd`).catch(() => (process.platform === 'linux' ? '' : folder));
      return at === folder || at.startsWith(`${folder}/`) ? [pid] : [];
    }),
  );
  return owned.flat();
}

/** Whether a process is there. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
