import { l10n, Position, Range, Uri, ViewColumn, window, workspace } from 'vscode';
import type { SourceRef } from '../shared/resource.ts';
import type { Range as PlainRange } from '../shared/text.ts';
import { UserFacingError } from './command-registry.ts';

/** The editor's form of a plain range. */
export function toRange({ start, end }: PlainRange): Range {
  return new Range(new Position(start.line, start.character), new Position(end.line, end.character));
}

/** Opens the text that a source names, with its range selected, beside the panel that asked rather than over it. */
export async function openSource(source: SourceRef, beside = false): Promise<void> {
  if (source.uri === undefined) {
    const { kind, namespace, name } = source.resource;
    throw new UserFacingError(l10n.t('{0} {1}/{2} comes from no file.', kind, namespace, name));
  }
  const uri = Uri.parse(source.uri, true);
  // Only text of the workspace's own kinds of files: a name from outside must not open other schemes.
  if (!['file', 'untitled', 'vscode-vfs'].includes(uri.scheme)) {
    throw new UserFacingError(l10n.t('{0} cannot be opened.', uri.toString()));
  }
  const document = await workspace.openTextDocument(uri);
  const open = window.visibleTextEditors.find((editor) => editor.document === document);
  const column = open?.viewColumn ?? (beside ? textColumn() : ViewColumn.Active);
  const selection = source.range === undefined ? undefined : toRange(source.range);
  await window.showTextDocument(document, { viewColumn: column, ...(selection === undefined ? {} : { selection }) });
}

/** A column that shows text already, else a new one. */
function textColumn(): ViewColumn {
  return window.visibleTextEditors.find((editor) => editor.viewColumn !== undefined)?.viewColumn ?? ViewColumn.Beside;
}
