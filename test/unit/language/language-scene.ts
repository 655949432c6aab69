/** Files with a cursor at `¦`, as an editor would show them. */
import assert from 'node:assert/strict';
import { WorkspaceFiles } from '../../../src/engine/discovery/workspace/workspace-files.ts';
import type { Snapshot } from '../../../src/engine/model/snapshot.ts';
import { createSnapshot } from '../../../src/engine/model/snapshot.ts';
import { LineIndex } from '../../../src/engine/policy/documents/line-index.ts';
import type { Location, Position } from '../../../src/shared/text.ts';

export interface Scene {
  readonly files: WorkspaceFiles;
  readonly snapshot: Snapshot;
  /** Of the cursor, in the file that has it. */
  readonly uri: string;
  readonly position: Position;
}

/** Texts by name of file; one of them has the cursor. */
export function sceneOf(texts: Readonly<Record<string, string>>): Scene {
  const files = new WorkspaceFiles();
  let uri = '';
  let position: Position = { line: 0, character: 0 };
  for (const [name, text] of Object.entries(texts)) {
    const offset = text.indexOf('¦');
    const plain = text.replace('¦', '');
    files.setOpen(`file:///${name}`, plain, 1);
    if (offset < 0) continue;
    uri = `file:///${name}`;
    position = new LineIndex(plain).positionAt(offset);
  }
  return { files, snapshot: createSnapshot(files.objects()), uri, position };
}

/** The text with a cursor where `before` begins. */
export function cursorBefore(text: string, before: string): string {
  const index = text.indexOf(before);
  assert.ok(index >= 0, before);
  return `${text.slice(0, index)}¦${text.slice(index)}`;
}

/** `rule.yaml:5 reviews`. */
export function shownPlace(files: WorkspaceFiles, { uri, range }: Location): string {
  const text = files.textOf(uri) ?? '';
  const lines = new LineIndex(text);
  return `${uri.slice(8)}:${range.start.line + 1} ${text.slice(lines.offsetAt(range.start), lines.offsetAt(range.end))}`;
}
