import {
  DocumentLink,
  EventEmitter,
  languages,
  Position,
  Range,
  TabInputText,
  Uri,
  ViewColumn,
  window,
  workspace,
  type TabGroup,
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

  /** Opens a report in a tab named `title`: where answers are already, else beside text, but never over the picture. */
  async show(title: string, report: Report): Promise<void> {
    const uri = Uri.from({ scheme, path: `/${this.#next++}/${title.replaceAll('/', '∕')}.md` });
    this.#reports.set(uri.toString(), report);
    for (const oldest of [...this.#reports.keys()].slice(0, -kept)) this.#reports.delete(oldest);
    const document = await workspace.openTextDocument(uri);
    const column = textColumn();
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

/** The column of the last answer; else, where there are several columns, the one of text; else a new one. */
function textColumn(): ViewColumn {
  const groups = window.tabGroups.all;
  const holds = (group: TabGroup, isWanted: (input: unknown) => boolean): boolean =>
    group.tabs.some(({ input }) => isWanted(input));
  const answers = groups.find((group) =>
    holds(group, (input) => input instanceof TabInputText && input.uri.scheme === scheme),
  );
  const text = groups.find((group) => holds(group, (input) => input instanceof TabInputText));
  if (answers !== undefined) return answers.viewColumn;
  if (text === undefined && groups.length === 1 && groups[0]?.tabs.length === 0) return ViewColumn.Active;
  return groups.length > 1 && text !== undefined ? text.viewColumn : ViewColumn.Beside;
}
