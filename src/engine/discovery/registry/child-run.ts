/** One life of one process: from its start to its end, in a process group of its own. */
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import type { Launch } from './command-line.ts';
import { exitReason, isPortCollision, spawnFailure } from './exit-reason.ts';
import { LineSplitter } from './line-splitter.ts';

export interface ChildEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** In words. */
  readonly reason: string;
  /** It ended because its port was taken. */
  readonly portCollision: boolean;
}

export interface ChildRun {
  /** Absent where it could not be started. Also the id of its process group. */
  readonly pid: number | undefined;
  /** Resolves when the process itself is gone. Never rejects. */
  readonly ended: Promise<ChildEnd>;
}

const lineLimits = { maxLine: 16_384, maxPerSecond: 1_000_000 };
/** Enough for a stack trace. */
const keptErrorLines = 60;
/** The last words of a process may still be in the pipe when its end is known. */
const lastWordsMs = 15;

/** Starts the process. Its output goes line by line to `onLine`, also what its children write after it. */
export function startChild(
  launch: Launch,
  directory: string,
  env: Readonly<Record<string, string>>,
  onLine: (stream: 'stdout' | 'stderr', text: string) => void,
): ChildRun {
  const errorLines: string[] = [];
  const fail = (error: Error): ChildEnd => {
    const reason = spawnFailure(error, launch.file, directory);
    return { code: null, signal: null, reason, portCollision: false };
  };
  let child: ChildProcess;
  try {
    child = spawn(launch.file, launch.args, {
      cwd: directory,
      env,
      // Its own group, so that it and what it starts can be ended together. Windows has trees for that, and would open
      // a console window for a detached process.
      detached: process.platform !== 'win32',
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
      windowsVerbatimArguments: launch.verbatim,
    });
  } catch (error) {
    // Thrown instead of emitted for some system errors, such as no descriptors left.
    return { pid: undefined, ended: Promise.resolve(fail(error instanceof Error ? error : new Error(String(error)))) };
  }
  const streamsEnded = Promise.all([
    readLines(child.stdout, (line) => onLine('stdout', line)),
    readLines(child.stderr, (line) => {
      errorLines.push(line);
      if (errorLines.length > keptErrorLines) errorLines.shift();
      onLine('stderr', line);
    }),
  ]);
  const ended = new Promise<ChildEnd>((resolve) => {
    child.once('error', (error) => {
      // Also emitted where a signal could not be sent; the process then still runs.
      if (child.pid === undefined) resolve(fail(error));
    });
    child.once('exit', (code, signal) => {
      const tell = (): void =>
        resolve({
          code,
          signal,
          reason: exitReason(code, signal, errorLines),
          portCollision: isPortCollision(errorLines),
        });
      if (signal !== null || code === 0) tell();
      else void Promise.race([streamsEnded, new Promise((done) => setTimeout(done, lastWordsMs))]).then(tell);
    });
  });
  return { pid: child.pid, ended };
}

function readLines(stream: NodeJS.ReadableStream | null, emit: (line: string) => void): Promise<void> {
  return new Promise((resolve) => {
    if (!stream) {
      resolve();
      return;
    }
    const splitter = new LineSplitter(lineLimits, emit);
    stream.on('data', (chunk: Buffer) => splitter.push(chunk));
    stream.on('error', () => undefined);
    stream.on('close', () => {
      splitter.end();
      resolve();
    });
  });
}
