import { Uri, workspace } from 'vscode';
import { DisposableList, type Disposable } from './disposables.ts';

const kept = 600;

/** Read-only texts that stay as they were when they were put here: the two sides of a diff, a dump of a proxy. */
export class TextSnapshots implements Disposable {
  readonly scheme = 'meshlens-text';
  readonly #owned = new DisposableList();
  readonly #texts = new Map<string, string>();
  readonly #gone: string;
  #next = 1;

  /** `gone` is what a document says that was restored from an earlier window. */
  constructor(gone: string) {
    this.#gone = gone;
    this.#owned.add(
      workspace.registerTextDocumentContentProvider(this.scheme, {
        provideTextDocumentContent: (uri) => this.#texts.get(uri.toString()) ?? this.#gone,
      }),
    );
  }

  /** `name` is the title of the tab; its extension decides on the language. */
  put(name: string, text: string): Uri {
    const uri = Uri.from({ scheme: this.scheme, path: `/${this.#next++}/${name.replaceAll('/', '∕')}` });
    this.#texts.set(uri.toString(), text);
    for (const oldest of [...this.#texts.keys()].slice(0, -kept)) this.#texts.delete(oldest);
    return uri;
  }

  dispose(): void {
    this.#owned.dispose();
  }
}
