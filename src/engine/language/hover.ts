import type { ResolvedMeshSettings } from '../../shared/mesh-settings.ts';
import type { FieldPath, Position, Range } from '../../shared/text.ts';
import type { MeshObject } from '../model/mesh-object.ts';
import { isConfiguration } from '../policy/analysis/configuration-findings.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { DocumentSource } from '../policy/documents/document-file.ts';
import { typeName } from '../policy/schema/schema-at.ts';
import type { Schema } from '../policy/schema/schema.ts';
import type { Cursor } from './cursor.ts';
import { cursorAt, schemaOf } from './cursor.ts';
import { fieldAt } from './definition.ts';
import { configurationRules } from './references/configuration-rules.ts';
import { isAbout } from './references/reference-rule.ts';
import { ruleHelp } from './rule-help.ts';
import { describeTarget } from './describe-target.ts';
import { codeSpan, plainText } from './markdown.ts';
import type { Knowledge } from './knowledge.ts';
import { knowledgeOf } from './knowledge.ts';

export interface HoverResult {
  /** Markdown without HTML; its links lead to pages of ours. Names from files are in code spans. */
  readonly contents: string;
  readonly range: Range;
}

/** Help for the field at the position, and for names what they stand for. Pages of rules are below `docsRoot`. */
export function hover(
  files: DocumentSource,
  snapshot: Snapshot,
  settings: ResolvedMeshSettings,
  uri: string,
  position: Position,
  docsRoot: string,
): HoverResult | undefined {
  const cursor = cursorAt(files, uri, position);
  if (!cursor) return undefined;
  const knowledge = knowledgeOf(snapshot, settings);
  const schema = cursor.declared && schemaOf(cursor.declared.object, cursor.path, knowledge.schemas);
  const help = kindHelp(cursor, knowledge) ?? (schema && fieldHelp(String(cursor.path.at(-1) ?? ''), schema));
  const field = cursor.part === 'value' ? fieldAt(files, settings, uri, position) : undefined;
  const named = field && describeTarget(field.target, field.object.namespace, knowledge);
  const rule =
    cursor.part === 'key' && cursor.declared && isOfRules(cursor.declared.object, cursor.path)
      ? ruleHelp(String(cursor.path.at(-1)), docsRoot)
      : undefined;
  const isScalar = schema !== undefined && !['object', 'array', 'map'].includes(schema.type);
  if (cursor.part === 'value' && !isScalar && !named) return undefined;
  const contents = [named, rule ?? help].filter((part) => part !== undefined).join('\n\n---\n\n');
  return contents === '' ? undefined : { contents, range: cursor.range };
}

/** What objects of a kind are for, where it is named. */
function kindHelp({ declared, path, part }: Cursor, { schemas }: Knowledge): string | undefined {
  if (declared === undefined || part !== 'value' || path.length !== 1 || path[0] !== 'kind') return undefined;
  const { apiVersion, kind } = declared.object;
  const schema = schemas.find(apiVersion, kind);
  return schema && `**${plainText(kind)}** · ${plainText(apiVersion)}\n\n${plainText(schema.help)}`;
}

/** Whether the path is that of an entry in a mapping whose keys are rules. */
function isOfRules(object: MeshObject, path: FieldPath): boolean {
  const mapping = path.slice(0, -1);
  return isConfiguration(object) && configurationRules.some((rule) => isAbout(rule, mapping));
}

/** What is known of a field. Definitions come from files and clusters: nothing in them may become markup. */
export function fieldHelp(name: string, schema: Schema): string {
  const lines = [/^\d*$/.test(name) ? '' : `**${plainText(name)}** · ${typeName(schema)}`, plainText(schema.help)];
  const words = schema.type === 'string' || schema.type === 'integer' || schema.type === 'number' ? schema.values : [];
  // An empty word stands for none, and nobody would read it.
  const shown = (words ?? []).map(String).filter((word) => word !== '');
  if (shown.length > 0) lines.push(shown.map(codeSpan).join(' · '));
  if ((schema.type === 'integer' || schema.type === 'number') && schema.minimum !== undefined) {
    const most =
      schema.maximum === undefined || schema.maximum === 4_294_967_295 ? '' : ` to ${String(schema.maximum)}`;
    if (schema.minimum !== 0 || most !== '') lines.push(`From ${String(schema.minimum)}${most}.`);
  }
  const { default: fallback } = schema;
  if (typeof fallback === 'string' || typeof fallback === 'number' || typeof fallback === 'boolean')
    lines.push(`Default ${codeSpan(String(fallback))}.`);
  if (schema.deprecated !== undefined) lines.push(`Deprecated: use ${schema.deprecated}.`);
  return lines.filter((line) => line !== '').join('\n\n');
}
