import type { Diagnostic, DiagnosticCollection, Uri } from 'vscode';

/** What the engine last said of each file, of which nothing shows while checking is switched off. */
export class ShownDiagnostics {
  readonly #collection: DiagnosticCollection;
  readonly #isOn: () => boolean;
  readonly #told = new Map<string, readonly [Uri, readonly Diagnostic[]]>();

  constructor(collection: DiagnosticCollection, isOn: () => boolean) {
    this.#collection = collection;
    this.#isOn = isOn;
  }

  set(uri: Uri, found: readonly Diagnostic[]): void {
    if (found.length === 0) this.#told.delete(uri.toString());
    else this.#told.set(uri.toString(), [uri, found]);
    this.#collection.set(uri, this.#isOn() ? found : []);
  }

  /** Checking was switched on or off. The engine says again only what has changed since. */
  refresh(): void {
    this.#collection.clear();
    if (this.#isOn()) for (const [uri, found] of this.#told.values()) this.#collection.set(uri, found);
  }
}
