import { createHash } from 'node:crypto';
import { fieldOf, stringOf } from '../../../../shared/untrusted.ts';
import type { MeshObject } from '../../../model/mesh-object.ts';
import { parseKept } from '../json/cut-json.ts';
import {
  closeBrace,
  closeBracket,
  comma,
  endOfText,
  endOfValue,
  notJson,
  openBrace,
  openBracket,
  quote,
  skipSpace,
  startOfValue,
} from '../json/json-bytes.ts';
import { FieldsOutline, type Outline } from '../json/outline.ts';
import { typeOf, type ReflectorTarget } from './target.ts';
import { eventOutline, namelessObject, readWatchEvent, type WatchEvent } from './watch-events.ts';

/** A field of an object's top level as it was sent, known by its bytes. */
interface Part {
  readonly name: string;
  readonly length: number;
  readonly digest: string;
}

interface Version {
  readonly object: MeshObject;
  readonly parts: readonly Part[];
}

/** How API servers begin to tell of a change; whoever writes it otherwise is read all the same. */
const beginning = Buffer.from('{"type":"MODIFIED","object":{');
/** To read less again costs less than to know that it is the same. */
const minimumBytes = 256;

/**
 * Reads the lines of a watch, whose bytes are changed. Of most changes the greater part is as it was before: the spec of a
 * pod never changes, and is most of it. What is the same byte for byte is not read again, and stays the same value.
 */
export class ChangeReader {
  readonly #target: ReflectorTarget;
  readonly #event: Outline;
  /** Undefined where objects are not written as they are. */
  readonly #object: FieldsOutline | undefined;
  /** By UID, those that changed while this reader read. */
  readonly #versions = new Map<string, Version>();

  constructor(target: ReflectorTarget) {
    const { representation, decode } = target.kind;
    this.#target = target;
    this.#event = eventOutline(target.kind);
    this.#object = representation === 'whole' && decode.reads instanceof FieldsOutline ? decode.reads : undefined;
  }

  /** Undefined for events of a type that is not known. Throws `KubeFailure` where it is not JSON. */
  read(line: Buffer): WatchEvent | undefined {
    if (this.#object && line.subarray(0, beginning.length).equals(beginning)) return this.#change(line, this.#object);
    const event = readWatchEvent(line, this.#target, this.#event);
    if (event?.type === 'remove' && event.object.uid !== undefined) this.#versions.delete(event.object.uid);
    return event;
  }

  #change(line: Buffer, outline: FieldsOutline): WatchEvent {
    const raw = Object.create(null) as Record<string, unknown>;
    const parts: Part[] = [];
    const same: string[] = [];
    let before: Version | undefined;
    let at = skipSpace(line, beginning.length);
    while (line[at] === quote) {
      const nameEnd = endOfText(line, at);
      const kept = outline.of(line, at + 1, nameEnd - 1);
      const from = startOfValue(line, nameEnd);
      if (kept === undefined) {
        at = endOfValue(line, from);
      } else {
        const name = JSON.parse(line.toString('utf8', at, nameEnd)) as string;
        const isMetadata = name === 'metadata';
        const known = isMetadata ? undefined : before?.parts.find((part) => part.name === name);
        const part = isMetadata ? undefined : partAt(line, name, from, known);
        if (part) parts.push(part);
        if (part && part === known) {
          same.push(name);
          at = from + part.length;
        } else {
          const { value, end } = parseKept(line, from, kept);
          raw[name] = value;
          at = end;
          if (isMetadata) before = this.#versions.get(stringOf(fieldOf(value, 'uid')) ?? '');
        }
      }
      at = skipSpace(line, at);
      if (line[at] !== comma) break;
      at = skipSpace(line, at + 1);
      if (line[at] !== quote) throw notJson();
    }
    if (line[at] !== closeBrace) throw notJson();
    at = skipSpace(line, at + 1);
    if (line[at] !== closeBrace || skipSpace(line, at + 1) !== line.length) throw notJson();
    return this.#put(raw, parts, before ? sameOf(before.object, same) : {});
  }

  #put(raw: unknown, parts: readonly Part[], same: SameParts): WatchEvent {
    const read = this.#target.kind.decode(raw, typeOf(this.#target));
    if (!read) throw namelessObject();
    const { rest, ...others } = same;
    const object: MeshObject = { ...read, ...others, ...(rest && { rest: { ...read.rest, ...rest } }) };
    if (object.uid !== undefined && parts.length > 0) this.#versions.set(object.uid, { object, parts });
    return { type: 'put', object, resourceVersion: object.resourceVersion };
  }
}

type SameParts = Partial<Pick<MeshObject, 'spec' | 'status' | 'rest'>>;

/** What an object has of these fields. */
function sameOf(object: MeshObject, names: readonly string[]): SameParts {
  const rest = names.flatMap((name) =>
    object.rest && Object.hasOwn(object.rest, name) ? [[name, object.rest[name]] as const] : [],
  );
  return {
    ...(names.includes('spec') && { spec: object.spec }),
    ...(names.includes('status') && object.status !== undefined && { status: object.status }),
    ...(rest.length > 0 && { rest: Object.fromEntries(rest) }),
  };
}

/** The value there as a part: `known` itself where it is the same. Undefined where it is too short to be worth it. */
function partAt(line: Buffer, name: string, from: number, known: Part | undefined): Part | undefined {
  const first = line[from];
  if (first !== openBrace && first !== openBracket) return undefined;
  let digest: string | undefined;
  if (known && mayEndAt(line, from + known.length)) {
    digest = digestOf(line, from, from + known.length);
    // Where an object or a list ends, its bytes say themselves.
    if (digest === known.digest) return known;
  }
  const length = endOfValue(line, from) - from;
  if (length < minimumBytes) return undefined;
  if (digest === undefined || length !== known?.length) digest = digestOf(line, from, from + length);
  return { name, length, digest };
}

function mayEndAt(line: Buffer, end: number): boolean {
  const last = line[end - 1];
  const next = line[end];
  return (last === closeBrace || last === closeBracket) && (next === comma || next === closeBrace);
}

const digestOf = (line: Buffer, from: number, to: number): string =>
  createHash('sha256').update(line.subarray(from, to)).digest('base64');
