/** The engine as an editor runs it: a process of its own that speaks LSP over standard input and output. */
import type { ChildProcessByStdio } from 'node:child_process';
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { createProtocolConnection, StreamMessageReader, StreamMessageWriter } from 'vscode-languageserver/node';
import type { ProtocolConnection } from 'vscode-languageserver/node';
import type { EngineMethod, EngineParams, EngineResult } from '../../../src/shared/engine-protocol.ts';
import { defaultEngineSettings } from '../../../src/shared/engine-protocol.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const sources = path.join(root, 'src/cli/main.ts');
const parentScript = path.join(import.meta.dirname, 'engine-parent.ts');

export class EngineProcess {
  /** What the test started: the engine, or the stand-in for an editor that started it. */
  readonly child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #connection: ProtocolConnection;

  /** `parent`: an editor between the test and the engine, and whose pipes the engine has. `file`: sources or bundle. */
  constructor(parent?: 'own' | 'shared', file: string = sources) {
    const engineCommand = [process.execPath, file, 'lsp', '--stdio'];
    const [program = process.execPath, ...args] =
      parent === undefined ? engineCommand : [process.execPath, parentScript, parent, ...engineCommand];
    this.child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    // Whoever writes to a process that was killed gets EPIPE.
    this.child.stdin.on('error', () => undefined);
    this.#connection = createProtocolConnection(
      new StreamMessageReader(this.child.stdout),
      new StreamMessageWriter(this.child.stdin),
    );
    this.#connection.onError(() => undefined);
    this.#connection.onUnhandledNotification(() => undefined);
    this.#connection.listen();
  }

  /** Opens a workspace; a mesh that ran is resumed, and `autoStart` starts one. */
  async open(folder: string, storage: string): Promise<void> {
    await this.#connection.sendRequest('initialize', {
      processId: this.child.pid ?? null,
      capabilities: {},
      rootUri: null,
      workspaceFolders: [{ uri: pathToFileURL(folder).href, name: 'workspace' }],
      initializationOptions: { storage, trusted: true, autoStart: true, settings: defaultEngineSettings },
    });
    await this.#connection.sendNotification('initialized', {});
  }

  request<M extends EngineMethod>(method: M, params: EngineParams<M>): Promise<EngineResult<M>> {
    return this.#connection.sendRequest(method, params);
  }

  /** Ends it, should it still run, and lets go of its pipes. */
  dispose(): void {
    this.#connection.dispose();
    this.child.kill('SIGKILL');
    this.child.stdin.destroy();
    this.child.stdout.destroy();
  }
}

/** Ids of all processes that stem from `ancestor`, itself not included. */
export function descendantsOf(ancestor: number): readonly number[] {
  const children = new Map<number, number[]>();
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'latin1');
      const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
      children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
    } catch {
      // It ended in between.
    }
  }
  const below = (pid: number): readonly number[] =>
    (children.get(pid) ?? []).flatMap((child) => [child, ...below(child)]);
  return below(ancestor);
}

/** Whether somebody listens there. */
export function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect({ host: '127.0.0.1', port });
    const settle = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => settle(true));
    socket.once('error', () => settle(false));
  });
}
