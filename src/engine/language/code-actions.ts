import type { Diagnostic, Fix } from '../../shared/diagnostics.ts';
import type { Range } from '../../shared/text.ts';
import type { DocumentSource } from '../policy/documents/document-file.ts';
import { preferredFixes, touches } from '../policy/fixes/preferred-fixes.ts';
import { documentAt } from './cursor.ts';
import { workspaceSuppression } from './workspace-suppression.ts';

export interface CodeActionResult {
  readonly title: string;
  readonly kind: 'quickfix' | 'source.fixAll.meshlens';
  readonly isPreferred: boolean;
  /** What it makes go away. */
  readonly diagnostics: readonly Diagnostic[];
  readonly edits: Fix['edits'];
  /** The file that the edits are in does not exist yet. */
  readonly creates?: string;
  /** Command of the editor to run instead of, or after, the edits. */
  readonly command?: { readonly id: string; readonly arguments: readonly unknown[] };
}

/**
 * Fixes for the findings that touch the range, and for each the ways to switch its rule off: here, for the file, for the
 * workspace, of which `root` is the folder.
 */
export function codeActions(
  files: DocumentSource,
  diagnostics: readonly Diagnostic[],
  uri: string,
  range: Range,
  root?: string,
): readonly CodeActionResult[] {
  const here = diagnostics.filter((diagnostic) => diagnostic.uri === uri && touches(diagnostic.range, range));
  const fixes = here.flatMap((diagnostic) =>
    diagnostic.fixes.map(({ title, isPreferred, edits }): CodeActionResult => {
      return { title, kind: 'quickfix', isPreferred: isPreferred === true, diagnostics: [diagnostic], edits };
    }),
  );
  const silences = here.flatMap((diagnostic) => [
    ...lineSuppression(files, diagnostic),
    fileSuppression(files, diagnostic),
    forWorkspace(files, diagnostic, root),
  ]);
  const seen = new Set<string>();
  return [...fixes, ...silences].filter(({ title, edits }) => {
    const key = `${title} ${JSON.stringify(edits)}`;
    return seen.has(key) ? false : seen.add(key);
  });
}

/** Applies the preferred fix of every finding of the file, as far as the fixes do not touch each other. */
export function fixAll(diagnostics: readonly Diagnostic[], uri: string): CodeActionResult | undefined {
  const fixes = preferredFixes(diagnostics, uri);
  if (!fixes) return undefined;
  return {
    title: 'Fix all that Meshlens can fix',
    kind: 'source.fixAll.meshlens',
    isPreferred: false,
    diagnostics: fixes.diagnostics,
    edits: [{ uri, edits: fixes.edits }],
  };
}

/** Puts a comment above the line; not into texts that span lines. */
function lineSuppression(files: DocumentSource, diagnostic: Diagnostic): readonly CodeActionResult[] {
  const { uri, range, code, rule } = diagnostic;
  const { line } = range.start;
  const document = documentAt(files, uri, line);
  if (!document || diagnostic.resource === undefined) return [];
  const relative = line - document.line;
  const { lines, text } = document.yaml;
  const content = text.slice(lines.lineStart(relative), lines.lineStart(relative + 1));
  const indent = /^ */.exec(content)?.[0] ?? '';
  const newText = `${indent}# meshlens-disable-next-line ${code}${endOf(content)}`;
  const title = `Switch off ${rule} (${code}) for this line`;
  return [{ ...silenceOf(diagnostic, title), edits: [insertion(uri, line, newText)] }];
}

/** Puts a comment at the top of the file. */
function fileSuppression(files: DocumentSource, diagnostic: Diagnostic): CodeActionResult {
  const { uri, code, rule } = diagnostic;
  const newText = `# meshlens-disable-file ${code}${endOf(files.file(uri)?.text ?? '')}`;
  const title = `Switch off ${rule} (${code}) for this file`;
  return { ...silenceOf(diagnostic, title), edits: [insertion(uri, 0, newText)] };
}

/** Writes it into the configuration file; without a folder to have one in, the editor keeps it in its settings. */
function forWorkspace(files: DocumentSource, diagnostic: Diagnostic, root: string | undefined): CodeActionResult {
  const { code, rule } = diagnostic;
  const title = `Switch off ${rule} (${code}) for the workspace`;
  const shared = workspaceSuppression(files, diagnostic, root);
  const command = { id: 'meshlens.rule.switchOff', arguments: shared ? [code, shared.uri] : [code] };
  return {
    ...silenceOf(diagnostic, title),
    edits: shared?.edits ?? [],
    ...(shared?.isNew === true && { creates: shared.uri }),
    command,
  };
}

function silenceOf(diagnostic: Diagnostic, title: string): Omit<CodeActionResult, 'edits'> {
  return { title, kind: 'quickfix', isPreferred: false, diagnostics: [diagnostic] };
}

function insertion(uri: string, line: number, newText: string): Fix['edits'][number] {
  const start = { line, character: 0 };
  return { uri, edits: [{ range: { start, end: start }, newText }] };
}

function endOf(text: string): string {
  return text.includes('\r\n') ? '\r\n' : '\n';
}
