import { spawn, type ChildProcess } from 'node:child_process';
import { homedir } from 'node:os';

export interface PluginCommand {
  readonly command: string;
  readonly args: readonly string[];
  /** Complete environment. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly timeoutMs: number;
  /** Of its standard output. */
  readonly maxBytes: number;
}

export type PluginRun =
  | { readonly kind: 'exited'; readonly code: number | null; readonly stdout: string; readonly stderr: string }
  /** `code` of the system: `ENOENT`, `EACCES`. */
  | { readonly kind: 'not-started'; readonly code: string }
  | { readonly kind: 'timeout'; readonly stderr: string }
  | { readonly kind: 'too-much' }
  | { readonly kind: 'ended' };

const maxComplaintBytes = 8 * 1024;
const graceMs = 500;

/**
 * Runs a credential plugin without a terminal. Whatever way it goes wrong, the plugin and all it started are ended. `ending`
 * ends it too. Never rejects.
 */
export function runPlugin(plugin: PluginCommand, ending: AbortSignal): Promise<PluginRun> {
  if (ending.aborted) return Promise.resolve({ kind: 'ended' });
  return new Promise((resolve) => {
    const output: Buffer[] = [];
    let bytes = 0;
    let stderr = '';
    let child: ChildProcess;
    try {
      child = spawn(plugin.command, plugin.args, {
        env: plugin.env,
        // Windows looks for a bare name in the current folder first; that must not be a workspace.
        cwd: homedir(),
        stdio: ['ignore', 'pipe', 'pipe'],
        // A group of its own, so that its children can be ended with it.
        detached: process.platform !== 'win32',
        windowsHide: true,
      });
    } catch (error) {
      // Such as a zero byte in an argument, which spawn refuses before it starts anything.
      resolve({ kind: 'not-started', code: (error as NodeJS.ErrnoException).code ?? 'EINVAL' });
      return;
    }
    let settled = false;
    const settle = (run: PluginRun, kill: boolean): void => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      clearTimeout(drain);
      ending.removeEventListener('abort', end);
      child.stdout?.destroy();
      child.stderr?.destroy();
      if (kill) endTree(child);
      resolve(run);
    };
    const end = (): void => settle({ kind: 'ended' }, true);
    const timer = setTimeout(() => settle({ kind: 'timeout', stderr }, true), plugin.timeoutMs);
    let drain: NodeJS.Timeout | undefined;
    ending.addEventListener('abort', end);
    child.stdout?.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      output.push(chunk);
      if (bytes > plugin.maxBytes) settle({ kind: 'too-much' }, true);
    });
    child.stderr?.on('data', (chunk: Buffer) => {
      stderr = (stderr + chunk.toString('utf8')).slice(-maxComplaintBytes);
    });
    child.on('error', (error: NodeJS.ErrnoException) =>
      settle({ kind: 'not-started', code: error.code ?? 'unknown' }, false),
    );
    const exited = (): void =>
      settle({ kind: 'exited', code: child.exitCode, stdout: Buffer.concat(output).toString('utf8'), stderr }, false);
    child.on('close', exited);
    // A daemon that the plugin left behind may hold its output open: what was said until now is the answer.
    child.on('exit', () => (drain = setTimeout(exited, graceMs)));
  });
}

function endTree(child: ChildProcess): void {
  const { pid } = child;
  if (pid === undefined) return;
  if (process.platform === 'win32') {
    spawn('taskkill', ['/PID', String(pid), '/T', '/F'], { stdio: 'ignore', windowsHide: true }).on(
      'error',
      () => undefined,
    );
    return;
  }
  signalGroup(pid, 'SIGTERM');
  // Members that ignore the first signal get the second, also when the leader is gone by then, and when we leave before.
  const kill = (): void => {
    process.off('exit', kill);
    signalGroup(pid, 'SIGKILL');
  };
  process.once('exit', kill);
  setTimeout(kill, graceMs).unref();
}

function signalGroup(leader: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-leader, signal);
  } catch {
    // All of them are gone.
  }
}
