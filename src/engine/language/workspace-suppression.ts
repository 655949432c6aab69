/** Switching a rule off for everybody: in the configuration file of the workspace, which is made where there is none. */
import { configurationFileName, isConfigurationFile } from '../../shared/configuration-file.ts';
import type { Diagnostic, Fix } from '../../shared/diagnostics.ts';
import { isRecord } from '../../shared/untrusted.ts';
import type { DocumentFile, DocumentSource } from '../policy/documents/document-file.ts';
import type { Change } from '../policy/fixes/fix-plan.ts';
import { fixOf } from '../policy/fixes/text-edits.ts';

export interface WorkspaceSuppression {
  /** The configuration file. */
  readonly uri: string;
  readonly edits: Fix['edits'];
  /** It does not exist yet; the edits are those of an empty file. */
  readonly isNew: boolean;
}

/** `root`: the folder of the workspace that a new file goes into. Undefined where there is no place to write it. */
export function workspaceSuppression(
  files: DocumentSource,
  diagnostic: Pick<Diagnostic, 'uri' | 'code' | 'rule' | 'aliases'>,
  root: string | undefined,
): WorkspaceSuppression | undefined {
  const present = configurationOf(files, diagnostic.uri);
  if (present) {
    const edits = editsOf(files, present, diagnostic);
    return edits && { uri: present.uri, edits, isNew: false };
  }
  if (root === undefined) return undefined;
  const uri = `${root.replace(/\/$/, '')}/${configurationFileName}`;
  const text = `# How Meshlens checks this folder, in the editor and on the command line.\n${entry(diagnostic.rule)}`;
  return { uri, edits: [{ uri, edits: [atLine(0, text)] }], isNew: true };
}

/** The configuration of the nearest folder above. */
function configurationOf(files: DocumentSource, uri: string): DocumentFile | undefined {
  return [...files.files()]
    .filter((file) => isConfigurationFile(file.uri) && uri.startsWith(file.uri.slice(0, file.uri.lastIndexOf('/') + 1)))
    .sort((a, b) => b.uri.length - a.uri.length)[0];
}

function editsOf(
  files: DocumentSource,
  file: DocumentFile,
  { code, rule, aliases }: Pick<Diagnostic, 'code' | 'rule' | 'aliases'>,
): Fix['edits'] | undefined {
  const object = file.documents[0]?.objects[0]?.object;
  const isEmpty = object?.rest === undefined;
  if (isEmpty) {
    const lines = file.text.split('\n');
    const start = file.text === '' || file.text.endsWith('\n') ? '' : '\n';
    const position = { line: lines.length - 1, character: lines.at(-1)?.length ?? 0 };
    return [
      { uri: file.uri, edits: [{ range: { start: position, end: position }, newText: `${start}${entry(rule)}` }] },
    ];
  }
  const levels = object.rest?.rules;
  // Of its names the one counts that is looked for first.
  const written = isRecord(levels) ? [code, rule, ...aliases].find((name) => Object.hasOwn(levels, name)) : undefined;
  const change: Change = !isRecord(levels)
    ? { type: 'insert-field', object, path: [], key: 'rules', value: { [rule]: 'off' } }
    : written === undefined
      ? { type: 'insert-field', object, path: ['rules'], key: rule, value: 'off' }
      : { type: 'replace-value', object, path: ['rules', written], value: 'off' };
  return fixOf(files, { title: '', changes: [change] })?.edits;
}

function entry(rule: string): string {
  return `rules:\n  ${rule}: "off"\n`;
}

function atLine(line: number, newText: string): Fix['edits'][number]['edits'][number] {
  const start = { line, character: 0 };
  return { range: { start, end: start }, newText };
}
