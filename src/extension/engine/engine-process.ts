import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';

/** How the engine ended, for the log and for people. */
export interface EngineExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A running engine. */
export interface EngineProcess {
  readonly child: ChildProcessWithoutNullStreams;
  readonly exited: Promise<EngineExit>;
  /** Waits for the process to end by itself, then ends it. */
  finish(graceMilliseconds: number): Promise<void>;
}

/**
 * Starts the engine bundle with the editor's own Node. Its standard input is the thread it hangs on: it ends when the
 * editor does, in whatever way.
 */
export function startEngineProcess(file: string): EngineProcess {
  const child = spawn(process.execPath, [file, 'lsp', '--stdio', `--clientProcessId=${process.pid}`], {
    stdio: 'pipe',
    env: engineEnvironment(),
    windowsHide: true,
  });
  const exited = new Promise<EngineExit>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
    child.once('error', () => resolve({ code: null, signal: null }));
  });
  // A write after the end of the process is reported by `exit`; the stream's own error would go uncaught.
  child.stdin.on('error', () => undefined);
  return {
    child,
    exited,
    async finish(grace) {
      const timer = setTimeout(() => child.kill('SIGKILL'), grace);
      await exited;
      clearTimeout(timer);
    },
  };
}

/** The editor's executable must act as plain Node, and options meant for the editor must not reach the engine. */
function engineEnvironment(): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(VSCODE_|ELECTRON_|NODE_OPTIONS$)/.test(name));
  return { ...Object.fromEntries(inherited), ELECTRON_RUN_AS_NODE: '1', ELECTRON_NO_ASAR: '1' };
}

/** "by SIGKILL", "with code 3". */
export function describeExit({ code, signal }: EngineExit): string {
  if (signal !== null) return `by ${signal}`;
  return code === null ? 'before it could start' : `with code ${code}`;
}
