/** Something to be given back; structurally the editor's own `Disposable`. */
export interface Disposable {
  dispose(): unknown;
}

/** Owns disposables. What arrives after the end is disposed at once, so that late arrivals do not leak. */
export class DisposableList implements Disposable {
  readonly #items: Disposable[] = [];
  #isDisposed = false;

  add<T extends Disposable>(item: T): T {
    if (this.#isDisposed) item.dispose();
    else this.#items.push(item);
    return item;
  }

  /** Disposes the last one first. */
  dispose(): void {
    this.#isDisposed = true;
    for (let item = this.#items.pop(); item !== undefined; item = this.#items.pop()) item.dispose();
  }
}
