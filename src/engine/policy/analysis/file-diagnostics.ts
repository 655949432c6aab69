import type { Diagnostic } from '../../../shared/diagnostics.ts';

import { docsOf } from '../checks/check.ts';
import { fileTooLong } from '../checks/engine/file-too-long.ts';
import { checks } from '../checks/registry.ts';
import type { DocumentFile } from '../documents/document-file.ts';
import type { RulesOfFile } from './file-rules.ts';
import { configuredSeverity } from './rule-settings.ts';
import { covers, readSuppressions } from './suppressions.ts';

/** The one finding of a file that was not read. */
export function tooLong(file: DocumentFile, rules: RulesOfFile): readonly Diagnostic[] {
  const severity = configuredSeverity(fileTooLong, fileTooLong.severity, rules.settingsFor(undefined));
  if (severity === undefined) return [];
  const { code, rule, aliases } = fileTooLong;
  const start = { line: 0, character: 0 };
  const message = 'This file is longer than 10 MiB and was not read.';
  const place = { uri: file.uri, range: { start, end: start }, path: '' };
  return [{ code, rule, aliases, severity, message, ...place, related: [], fixes: [], docs: docsOf(fileTooLong) }];
}

/** Leaves out what a comment in any document of the file switches off for all of it. */
export function suppressedByFile(file: DocumentFile, diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  if (diagnostics.length === 0 || !file.text.includes('meshlens-disable-file')) return diagnostics;
  const switchedOff = file.documents.map(({ yaml }) => readSuppressions(yaml.text).file);
  const rules = new Set(
    checks.filter((rule) => switchedOff.some((names) => covers(names, rule))).map(({ code }) => code),
  );
  return diagnostics.filter(({ code }) => !rules.has(code));
}

/** By file, then place, then code. */
export function byPlace(a: Diagnostic, b: Diagnostic): number {
  if (a.uri !== b.uri) return a.uri < b.uri ? -1 : 1;
  return (
    a.range.start.line - b.range.start.line ||
    a.range.start.character - b.range.start.character ||
    (a.code < b.code ? -1 : a.code > b.code ? 1 : 0)
  );
}
