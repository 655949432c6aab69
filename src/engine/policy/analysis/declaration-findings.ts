import { isDeepStrictEqual } from 'node:util';
import type { Severity } from '../../../shared/diagnostics.ts';
import type { FieldPath } from '../../../shared/text.ts';
import type { DeclarationCheck, RuleInfo, StructureCheck } from '../checks/check.ts';
import { internalError } from '../checks/engine/internal-error.ts';
import { declarationChecks } from '../checks/schema/declaration-checks.ts';
import { structureChecks } from '../checks/schema/structure-checks.ts';
import { wrongType } from '../checks/schema/wrong-type.ts';
import { syntaxChecks } from '../checks/yaml/syntax-checks.ts';
import { yamlVersion } from '../checks/yaml/yaml-version.ts';
import type { DeclaredObject } from '../documents/declared-objects.ts';
import { valueAt } from '../../../shared/untrusted.ts';
import { missingColon, spacing } from '../documents/syntax-problem.ts';
import { versionDifferences } from '../documents/version-differences.ts';
import type { YamlDocument } from '../documents/yaml-document.ts';
import { checkStructure } from '../schema/check-structure.ts';
import type { KindSchema } from '../schema/kind-schema.ts';
import { objectSchemaOf } from '../schema/object-schema.ts';
import type { Schema } from '../schema/schema.ts';
import { schemaAt } from '../schema/schema-at.ts';
import type { SchemaCatalog } from '../schema/schema-catalog.ts';
import type { StructureProblem } from '../schema/structure-problem.ts';
import { configurationFindings, isConfiguration } from './configuration-findings.ts';
import type { Finding } from './finding.ts';

/** Problems of the text of a document. */
export function syntaxFindings(document: YamlDocument, precise: boolean): readonly Finding[] {
  return document.problems(precise).flatMap(({ kind, message, start, end, fix }) => {
    const rule = syntaxChecks.find(({ problems }) => problems.includes(kind));
    if (!rule) return [];
    const offsets = { start, end };
    return [
      {
        rule,
        severity: rule.severity,
        message,
        path: [],
        part: 'value',
        offsets,
        ...(fix && { textFix: fix }),
        related: [],
        fixes: [],
      },
    ];
  });
}

/** Leaves out what is said of lines that are themselves broken: what they would mean is not known. */
export function outsideOf(
  broken: readonly Finding[],
  findings: readonly Finding[],
  document: YamlDocument,
  objects: readonly DeclaredObject[],
): readonly Finding[] {
  if (broken.length === 0) return findings;
  const brokenLines = broken.flatMap(({ offsets }) => {
    if (!offsets) return [];
    const { start, end } = document.range(offsets.start, offsets.end);
    return [[start.line, end.line] as const];
  });
  return findings.filter(({ object, path, part }) => {
    const base = objects.find((declared) => declared.object === object)?.base ?? [];
    const { start, end } = document.rangeOf([...base, ...path], part);
    return brokenLines.every(([first, last]) => end.line < first || start.line > last);
  });
}

/** Problems of one declared object by itself: structure, kind, version. */
export function declarationFindings(
  document: YamlDocument,
  declared: DeclaredObject,
  schemas: SchemaCatalog,
): readonly Finding[] {
  if (declared.isDerived) return [];
  const structure = structureFindings(document, declared, schemas);
  if (isConfiguration(declared.object)) return [...structure, ...configurationFindings(declared.object)];
  return [
    ...structure,
    ...differenceFindings(document, declared, structure),
    ...declarationChecks.flatMap((check) => runDeclaration(check, declared, schemas)),
  ];
}

function structureFindings(
  document: YamlDocument,
  { object, base }: DeclaredObject,
  schemas: SchemaCatalog,
): readonly Finding[] {
  const schema = schemas.find(object.apiVersion, object.kind);
  if (!schema || schema.hasOwnReader === true) return [];
  const whole = objectSchemaOf(schema, object.apiVersion);
  const problems = [...kindProblems(schema), ...checkStructure(object, valueAt(document.value, base), whole)];
  return problems.flatMap(({ kind, path, part, message, fixes }) => {
    // `unknown-api-version` and `unknown-kind` say it better.
    if (kind !== 'experimental-field' && (path[0] === 'apiVersion' || path[0] === 'kind')) return [];
    const rule = structureChecks.find(({ problems: kinds }: StructureCheck) => kinds.includes(kind));
    if (!rule) return [];
    const found: Finding = { rule, severity: rule.severity, message, object, path, part, related: [], fixes };
    return [
      kind === 'wrong-type' ? { ...found, ...unfinished(document, [...base, ...path], schemaAt(whole, path)) } : found,
    ];
  });
}

/** A text where fields or items belong is most often the beginning of one: a word without its colon, a dash without a space. */
function unfinished(
  document: YamlDocument,
  path: FieldPath,
  schema: Schema | undefined,
): Pick<Finding, 'message' | 'textFix'> | undefined {
  if (schema?.type !== 'object' && schema?.type !== 'map' && schema?.type !== 'array') return undefined;
  const scalar = document.scalarAt(path);
  if (scalar?.style !== 'plain') return undefined;
  const { start } = document.offsetsOf(path, 'value');
  const stuck = spacing(scalar.source, start);
  if (stuck) return { message: stuck.message, ...(stuck.fix && { textFix: stuck.fix }) };
  const lead = document.text.slice(document.text.lastIndexOf('\n', start - 1) + 1, start);
  const isOnOwnLine = /^[ \t]*(?:- +)*$/.test(lead);
  const isWord = schema.type !== 'array' && /^[A-Za-z][\w.-]*$/.test(scalar.source);
  return isOnOwnLine && isWord ? { message: missingColon(scalar.source) } : undefined;
}

/** Scalars that other readers take for something else; not where the structure finds the type wrong already. */
function differenceFindings(
  document: YamlDocument,
  { object, base }: DeclaredObject,
  structure: readonly Finding[],
): readonly Finding[] {
  return versionDifferences(document).flatMap(({ path, part, source, here, there }): readonly Finding[] => {
    const own = path.slice(base.length);
    if (!base.every((step, index) => path[index] === step) || own[0] === 'status') return [];
    if (structure.some((each) => each.rule === wrongType && isDeepStrictEqual(each.path, own))) return [];
    const rule = yamlVersion;
    const severity: Severity = typeof here === 'number' ? 'information' : rule.severity;
    const say = (value: unknown): string => (typeof value === 'string' ? 'a text' : `\`${String(value)}\``);
    const message = `Kubernetes reads \`${source}\` as ${say(here)}, readers of YAML 1.2 as ${say(there)}.`;
    const replacement = part === 'value' && here !== null && typeof here !== 'string' && Number.isFinite(Number(here));
    const fixes = replacement
      ? [
          {
            title: `Write \`${String(here)}\``,
            isPreferred: true,
            changes: [{ type: 'replace-value', object, path: own, value: here } as const],
          },
        ]
      : [];
    return [{ rule, severity, message, object, path: own, part, related: [], fixes }];
  });
}

/** What the table says of the kind as a whole. */
function kindProblems({ kind, channel }: KindSchema): readonly StructureProblem[] {
  if (channel !== 'experimental') return [];
  const message = `${kind} is known in the experimental channel of the API only.`;
  return [{ kind: 'experimental-field', path: ['kind'], part: 'value', message, fixes: [] }];
}

function runDeclaration(
  check: DeclarationCheck,
  { object, problems }: DeclaredObject,
  schemas: SchemaCatalog,
): readonly Finding[] {
  try {
    return check.find({ object, problems, schemas }).map(({ path, message, part, severity, fixes }) => ({
      rule: check,
      severity: severity ?? check.severity,
      message,
      object,
      path,
      part: part ?? 'head',
      related: [],
      fixes: fixes ?? [],
    }));
  } catch (error) {
    return [failureOf(check, { object }, error)];
  }
}

/** A check that threw: a defect of ours that must not take the other findings with it. */
export function failureOf(check: RuleInfo, at: Pick<Finding, 'object'>, error: unknown): Finding {
  const reason = error instanceof Error ? error.message : String(error);
  const severity: Severity = internalError.severity;
  const message = `The check ${check.rule} (${check.code}) failed here: ${reason}`;
  return { rule: internalError, severity, message, ...at, path: ['kind'], part: 'head', related: [], fixes: [] };
}
