import {
  DocumentLink,
  EventEmitter,
  languages,
  Position,
  Range,
  Uri,
  ViewColumn,
  window,
  workspace,
  type TextDocument,
} from 'vscode';
import { DisposableList, type Disposable } from './disposables.ts';
import type { Report } from './report-writer.ts';

const scheme = 'meshlens';
const kept = 20;

/** Shows answers of the engine as read-only text with links into the YAML that decided. */
export class VirtualDocuments implements Disposable {
  readonly #owned = new DisposableList();
  readonly #reports = new Map<string, Report>();
  readonly #gone: string;
  #next = 1;

  /** `gone` is what a document says that was restored from an earlier window. */
  constructor(gone: string) {
    this.#gone = gone;
    const changes = this.#owned.add(new EventEmitter<Uri>());
    this.#owned.add(
      workspace.registerTextDocumentContentProvider(scheme, {
        onDidChange: changes.event,
        provideTextDocumentContent: (uri) => this.#reports.get(uri.toString())?.text ?? this.#gone,
      }),
    );
    this.#owned.add(
      languages.registerDocumentLinkProvider({ scheme }, { provideDocumentLinks: (document) => this.#links(document) }),
    );
  }

  /** Opens a report in a tab named `title`, beside the text that is being worked on. */
  async show(title: string, report: Report): Promise<void> {
    const uri = Uri.from({ scheme, path: `/${this.#next++}/${title.replaceAll('/', '∕')}.md` });
    this.#reports.set(uri.toString(), report);
    for (const oldest of [...this.#reports.keys()].slice(0, -kept)) this.#reports.delete(oldest);
    const document = await workspace.openTextDocument(uri);
    const shown = window.visibleTextEditors.find((editor) => editor.document.uri.scheme === scheme);
    const column = shown?.viewColumn ?? (window.activeTextEditor ? ViewColumn.Beside : ViewColumn.Active);
    await window.showTextDocument(document, { viewColumn: column, preview: true, preserveFocus: false });
  }

  dispose(): void {
    this.#owned.dispose();
  }

  #links(document: TextDocument): DocumentLink[] {
    const report = this.#reports.get(document.uri.toString());
    return (report?.links ?? []).map(({ line, start, end, target }) => {
      const range = new Range(new Position(line, start), new Position(line, end));
      const uri = Uri.parse(target.uri);
      // The editor understands `#L12,5` as a place in the text.
      const place = target.range && `L${target.range.start.line + 1},${target.range.start.character + 1}`;
      return new DocumentLink(range, place === undefined ? uri : uri.with({ fragment: place }));
    });
  }
}
