import { readFile } from 'node:fs/promises';
import type * as Vscode from 'vscode';
import { waitFor } from './wait.ts';

interface Address {
  readonly port: number;
  readonly pid: number;
}

/** Speaks with the companion extension: runs functions in the extension host, where `vscode` is the real API. */
export class Companion {
  readonly #file: string;
  readonly #token: string;

  constructor(file: string, token: string) {
    this.#file = file;
    this.#token = token;
  }

  /** Process id of the extension host that serves now; changes when the window is reloaded. */
  async hostPid(): Promise<number> {
    return (await this.#address()).pid;
  }

  /** Waits until the extension host `before` has been replaced by another. */
  async replaced(before: number): Promise<void> {
    await waitFor('another extension host', async () => (await this.#address()).pid !== before);
  }

  /** Runs `work` in the extension host. It is sent as text: it sees only its parameters. */
  async evaluate<T, A>(
    work: (vscode: typeof Vscode, argument: A, require: NodeJS.Require) => T | Promise<T>,
    argument: A,
  ): Promise<T> {
    const { port } = await this.#address();
    const response = await fetch(`http://127.0.0.1:${port}/`, {
      method: 'POST',
      headers: { authorization: `Bearer ${this.#token}` },
      body: JSON.stringify({ source: work.toString(), argument }),
      signal: AbortSignal.timeout(60_000),
    });
    const answer = (await response.json()) as { value: T } | { error: string };
    if ('error' in answer) throw new Error(`In the extension host: ${answer.error}`);
    return answer.value;
  }

  /** Executes a command of the editor. */
  command(id: string, ...args: readonly unknown[]): Promise<unknown> {
    return this.evaluate(
      async (vscode, [name, given]) => {
        const result: unknown = await vscode.commands.executeCommand(name, ...given);
        // What cannot travel is not needed.
        return result === undefined || typeof result === 'object' ? null : result;
      },
      [id, args] as const,
    );
  }

  /** Starts a command that waits for a person, without waiting for it. */
  beginCommand(id: string, ...args: readonly unknown[]): Promise<null> {
    return this.evaluate(
      (vscode, [name, given]) => {
        void vscode.commands.executeCommand(name, ...given);
        return null;
      },
      [id, args] as const,
    );
  }

  #address(): Promise<Address> {
    return waitFor('the companion extension', async () => {
      const text = await readFile(this.#file, 'utf8').catch(() => undefined);
      return text === undefined ? undefined : (JSON.parse(text) as Address);
    });
  }
}
