import { isRecord } from '../../shared/untrusted.ts';
import type { FieldPath } from '../../shared/text.ts';
import type { DocumentSource, FileDocument } from '../policy/documents/document-file.ts';

/** Zero-based lines, both included. */
export interface FoldingResult {
  readonly start: number;
  readonly end: number;
  /** Comments fold apart from everything else. */
  readonly type: 'content' | 'comment';
}

const deepest = 40;

/** Documents, and every mapping and list in them that spans lines. */
export function foldingRanges(files: DocumentSource, uri: string): readonly FoldingResult[] {
  const documents = files.file(uri)?.documents ?? [];
  return documents.flatMap((document) => {
    const { text } = document.yaml;
    const last = lastLine(document, text.trimEnd().length);
    const whole: readonly FoldingResult[] =
      documents.length > 1 && last > document.line ? [{ start: document.line, end: last, type: 'content' }] : [];
    return [...whole, ...comments(text, document.line), ...fields(document)];
  });
}

function fields(document: FileDocument): readonly FoldingResult[] {
  if (document.yaml.nature === 'foreign') return [];
  const found: FoldingResult[] = [];
  const visit = (value: unknown, path: FieldPath): void => {
    if (path.length > deepest) return;
    const entries = Array.isArray(value)
      ? value.map((item: unknown, index) => [index, item] as const)
      : isRecord(value)
        ? Object.entries(value)
        : [];
    for (const [step, child] of entries) {
      if (typeof child !== 'object' || child === null) continue;
      const at = [...path, step];
      const { start, end } = document.yaml.rangeOf(at, 'entry');
      // The entry ends where the next thing begins.
      const offset = document.yaml.lines.offsetAt(end);
      const last = lastLine(document, document.yaml.text.slice(0, offset).trimEnd().length);
      if (last > start.line + document.line)
        found.push({ start: start.line + document.line, end: last, type: 'content' });
      visit(child, at);
    }
  };
  visit(document.yaml.value, []);
  return found;
}

function lastLine(document: FileDocument, offset: number): number {
  return document.yaml.lines.positionAt(offset).line + document.line;
}

/** Runs of lines that are comments only. */
function comments(text: string, first: number): readonly FoldingResult[] {
  const found: FoldingResult[] = [];
  let start: number | undefined;
  const lines = text.split('\n');
  for (const [index, line] of [...lines, ''].entries()) {
    const isComment = /^\s*#/.test(line);
    if (isComment) start ??= index;
    else if (start !== undefined) {
      if (index - 1 > start) found.push({ start: start + first, end: index - 1 + first, type: 'comment' });
      start = undefined;
    }
  }
  return found;
}
