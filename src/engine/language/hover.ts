import type { ResolvedMeshSettings } from '../../shared/mesh-settings.ts';
import type { Position, Range } from '../../shared/text.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { DocumentSource } from '../policy/documents/document-file.ts';
import { typeName } from '../policy/schema/schema-at.ts';
import type { Schema } from '../policy/schema/schema.ts';
import { cursorAt } from './cursor.ts';
import { fieldAt } from './definition.ts';
import { describeTarget } from './describe-target.ts';
import { knowledgeOf } from './knowledge.ts';

export interface HoverResult {
  /** Markdown without HTML or links. Names from files are in code spans. */
  readonly contents: string;
  readonly range: Range;
}

/** Help for the field at the position, and for names what they stand for. */
export function hover(
  files: DocumentSource,
  snapshot: Snapshot,
  settings: ResolvedMeshSettings,
  uri: string,
  position: Position,
): HoverResult | undefined {
  const cursor = cursorAt(files, uri, position);
  if (!cursor) return undefined;
  const help = cursor.schema && fieldHelp(String(cursor.path.at(-1) ?? ''), cursor.schema);
  const field = cursor.part === 'value' ? fieldAt(files, settings, uri, position) : undefined;
  const named = field && describeTarget(field.target, field.object.namespace, knowledgeOf(snapshot, settings));
  const isScalar = cursor.schema !== undefined && !['object', 'array', 'map'].includes(cursor.schema.type);
  if (cursor.part === 'value' && !isScalar && !named) return undefined;
  const contents = [named, help].filter((part) => part !== undefined).join('\n\n---\n\n');
  return contents === '' ? undefined : { contents, range: cursor.range };
}

/** What the table says of a field. */
export function fieldHelp(name: string, schema: Schema): string {
  const lines = [/^\d*$/.test(name) ? '' : `**${name}** · ${typeName(schema)}`, schema.help];
  if (schema.type === 'string' && schema.values) lines.push(schema.values.map((value) => code(value)).join(' · '));
  if ((schema.type === 'integer' || schema.type === 'number') && schema.minimum !== undefined) {
    const most =
      schema.maximum === undefined || schema.maximum === 4_294_967_295 ? '' : ` to ${String(schema.maximum)}`;
    if (schema.minimum !== 0 || most !== '') lines.push(`From ${String(schema.minimum)}${most}.`);
  }
  if (schema.deprecated !== undefined) lines.push(`Deprecated: use ${schema.deprecated}.`);
  return lines.filter((line) => line !== '').join('\n\n');
}

/** Words of a table stand in code spans. */
function code(text: string): string {
  return `\`${text}\``;
}
