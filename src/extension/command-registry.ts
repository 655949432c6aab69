import { commands, l10n, window, type LogOutputChannel } from 'vscode';
import type { CommandId } from './commands.ts';
import { DisposableList, type Disposable } from './disposables.ts';

/** Thrown to end a command with a sentence for the person; it is not logged as a defect. */
export class UserFacingError extends Error {}

/** Registers commands behind one boundary: what a command throws is logged once and shown once. */
export class CommandRegistry implements Disposable {
  readonly #log: LogOutputChannel;
  readonly #owned = new DisposableList();

  constructor(log: LogOutputChannel) {
    this.#log = log;
  }

  /** Arguments come from menus, links and other extensions: handlers take `unknown` and look. */
  register(id: CommandId, handler: (...args: readonly unknown[]) => unknown): void {
    this.#owned.add(
      commands.registerCommand(id, async (...args: readonly unknown[]) => {
        try {
          return await handler(...args);
        } catch (error) {
          await this.#tell(id, error);
          return undefined;
        }
      }),
    );
  }

  dispose(): void {
    this.#owned.dispose();
  }

  async #tell(id: CommandId, error: unknown): Promise<void> {
    if (isCancellation(error)) return;
    const message = error instanceof Error ? error.message : String(error);
    if (error instanceof UserFacingError) this.#log.warn(`${id}: ${message}`);
    else this.#log.error(`${id} failed.`, error);
    const showLog = l10n.t('Show Log');
    // Waiting for the answer would keep the command running for as long as the message stands.
    void window.showErrorMessage(message, showLog).then((choice) => {
      if (choice === showLog) this.#log.show();
    });
    await Promise.resolve();
  }
}

function isCancellation(error: unknown): boolean {
  return error instanceof Error && (error.name === 'Canceled' || error.name === 'CancellationError');
}
