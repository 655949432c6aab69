/** Ends a process and everything it started. */
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

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

/** Whether the group still has a running member. */
export function isGroupAlive(leader: number): boolean {
  try {
    process.kill(process.platform === 'win32' ? leader : -leader, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  // The signal also reaches members that ended but whose parent never asked; in a container without an init process
  // those stay for ever.
  return process.platform !== 'linux' || hasRunningMember(leader);
}

function hasRunningMember(leader: number): boolean {
  if (isRunningMember(leader, leader)) return true;
  return readdirSync('/proc').some((name) => /^\d+$/.test(name) && isRunningMember(Number(name), leader));
}

/** From `/proc/PID/stat`: `PID (name) STATE PPID PGRP …`, where the name may hold anything. */
function isRunningMember(pid: number, leader: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const [state, , group] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return Number(group) === leader && state !== 'Z' && state !== 'X';
  } catch {
    return false;
  }
}

/** SIGTERM, then SIGKILL after `graceMs`. Resolves when the group is gone, or `graceMs` + 2 s after the call. */
export async function endGroup(leader: number, graceMs: number): Promise<void> {
  const start = performance.now();
  let killed = false;
  let pause = 10;
  signalGroup(leader, 'SIGTERM');
  while (isGroupAlive(leader)) {
    const elapsed = performance.now() - start;
    if (elapsed > graceMs + 2000) return;
    if (!killed && elapsed >= graceMs) {
      signalGroup(leader, 'SIGKILL');
      killed = true;
      pause = 10;
    }
    const untilKill = killed ? pause : Math.max(1, graceMs - elapsed);
    await new Promise((resolve) => setTimeout(resolve, Math.min(pause, untilKill)));
    pause = Math.min(pause * 1.5, 100);
  }
}
