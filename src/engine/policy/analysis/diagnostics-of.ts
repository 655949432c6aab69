import type { Diagnostic, Fix, Severity } from '../../../shared/diagnostics.ts';
import type { FieldPath, Range } from '../../../shared/text.ts';
import { refOf } from '../../model/mesh-object.ts';
import { docsOf } from '../checks/check.ts';
import type { DocumentSource, FileDocument } from '../documents/document-file.ts';
import { documentOf, locateField, placeInFile } from '../documents/document-file.ts';
import { fixOf } from '../fixes/text-edits.ts';
import { admissionSeverity } from './admission.ts';
import type { RulesOfFile } from './file-rules.ts';
import { isConfiguration } from './configuration-findings.ts';
import type { Finding } from './finding.ts';
import { configuredSeverity } from './rule-settings.ts';
import { annotationSuppresses, covers, readSuppressions } from './suppressions.ts';

/** Turns a finding of a document into a diagnostic: looks up its places, drops it where it is switched off. */
export function diagnosticOf(
  source: DocumentSource,
  document: FileDocument,
  finding: Finding,
  rules: RulesOfFile,
): Diagnostic | undefined {
  const { rule, object } = finding;
  const severity = configuredSeverity(rule, finding.severity, rules.settingsFor(object));
  if (severity === undefined || (object && annotationSuppresses(object, rule))) return undefined;
  const range = rangeOf(source, document, finding);
  const suppressed = readSuppressions(document.yaml.text);
  const line = suppressed.lines.get(range.start.line);
  if (covers(suppressed.file, rule) || (line && covers(line, rule))) return undefined;
  return placed(source, document, finding, severity, range);
}

/** What an admission by API server and webhook would say of it: no setting and no comment switches that off. */
export function admissionDiagnosticOf(
  source: DocumentSource,
  document: FileDocument,
  finding: Finding,
): Diagnostic | undefined {
  const severity = admissionSeverity(finding);
  return severity && placed(source, document, finding, severity, rangeOf(source, document, finding));
}

function placed(
  source: DocumentSource,
  document: FileDocument,
  finding: Finding,
  severity: Severity,
  range: Range,
): Diagnostic {
  const { rule, object, path, message } = finding;
  return {
    code: rule.code,
    rule: rule.rule,
    aliases: rule.aliases,
    severity,
    message,
    uri: document.uri,
    range: placeInFile(document, range),
    ...(object && !isConfiguration(object) && { resource: refOf(object) }),
    path: dotted(path),
    related: finding.related.flatMap((related) => {
      const place = locateField(source, related.object, related.path);
      return place ? [{ message: related.message, location: { uri: place.uri, range: place.range } }] : [];
    }),
    fixes: [...textFixes(document, finding), ...finding.fixes.flatMap((plan) => fixOf(source, plan) ?? [])],
    docs: docsOf(rule),
  };
}

function textFixes(document: FileDocument, { textFix }: Finding): readonly Fix[] {
  if (!textFix) return [];
  const { title, start, end, text: newText } = textFix;
  const range = placeInFile(document, document.yaml.range(start, end));
  return [{ title, isPreferred: true, edits: [{ uri: document.uri, edits: [{ range, newText }] }] }];
}

/** Relative to the document, never empty and never outside. */
function rangeOf(source: DocumentSource, document: FileDocument, { object, path, part, offsets }: Finding): Range {
  const { yaml } = document;
  if (offsets) {
    const end = Math.max(offsets.end, Math.min(offsets.start + 1, yaml.text.length));
    return yaml.range(Math.min(offsets.start, end), end);
  }
  const base = (object && documentOf(source, object)?.declared.base) ?? [];
  return yaml.rangeOf([...base, ...path], part);
}

/** `spec.http[0].route[1].weight`; keys that are no plain names in quotes. */
function dotted(path: FieldPath): string {
  let text = '';
  for (const step of path) {
    if (typeof step === 'number') text += `[${String(step)}]`;
    else if (/^[\w-]+$/.test(step)) text += text === '' ? step : `.${step}`;
    else text += `[${JSON.stringify(step)}]`;
  }
  return text;
}
