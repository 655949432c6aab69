import { Uri, workspace } from 'vscode';
import { DisposableList, type Disposable } from './disposables.ts';

/** Two for each object of the largest plan that is made, and some more. */
const kept = 1_200;

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
    return this.#keep(this.#path(name), '', text);
  }

  /** Two states of one text: the same path, so that a diff shows a change and no renaming. */
  pair(name: string, before: string, after: string): { readonly before: Uri; readonly after: Uri } {
    const path = this.#path(name);
    return { before: this.#keep(path, 'before', before), after: this.#keep(path, 'after', after) };
  }

  dispose(): void {
    this.#owned.dispose();
  }

  #path(name: string): string {
    return `/${this.#next++}/${name.replaceAll('/', '∕')}`;
  }

  #keep(path: string, query: string, text: string): Uri {
    const uri = Uri.from({ scheme: this.scheme, path, query });
    this.#texts.set(uri.toString(), text);
    for (const oldest of [...this.#texts.keys()].slice(0, -kept)) this.#texts.delete(oldest);
    return uri;
  }
}
