/** Ends a process and everything it started. */
import { spawn } from 'node:child_process';

export type EndSignal = 'SIGTERM' | 'SIGKILL';

/**
 * Signals every process of the group that `leader` leads (Windows: its tree). False where there is none any more. Each
 * instance is started as the leader of a group of its own, so this reaches exactly what it started.
 */
export function signalGroup(leader: number, signal: EndSignal): boolean {
  if (process.platform === 'win32') {
    const force = signal === 'SIGKILL' ? ['/F'] : [];
    spawn('taskkill', ['/PID', String(leader), '/T', ...force], { stdio: 'ignore', windowsHide: true }).on(
      'error',
      () => undefined,
    );
    return true;
  }
  try {
    process.kill(-leader, signal);
    return true;
  } catch {
    return false;
  }
}

/** Whether the group still has a member. A member that ended but was not reaped by its parent counts. */
export function isGroupAlive(leader: number): boolean {
  try {
    process.kill(process.platform === 'win32' ? leader : -leader, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** SIGTERM, then SIGKILL after `graceMs`. Resolves when the group is gone, or `graceMs` + 2 s after the call. */
export async function endGroup(leader: number, graceMs: number): Promise<void> {
  const start = performance.now();
  let killed = false;
  signalGroup(leader, 'SIGTERM');
  while (isGroupAlive(leader)) {
    const elapsed = performance.now() - start;
    if (elapsed > graceMs + 2000) return;
    if (!killed && elapsed >= graceMs) {
      signalGroup(leader, 'SIGKILL');
      killed = true;
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
