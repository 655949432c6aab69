import { commands } from 'vscode';
import type { ContextKey, ContextKeys } from './context-keys.ts';

/** Sets context keys, and bothers the editor only with changes. */
export class ContextKeySetter {
  readonly #values = new Map<ContextKey, unknown>();

  set<K extends ContextKey>(key: K, value: ContextKeys[K]): void {
    if (this.#values.get(key) === value) return;
    this.#values.set(key, value);
    void commands.executeCommand('setContext', key, value);
  }
}
