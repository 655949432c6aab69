import * as crypto from 'node:crypto';
import type { MeshObject, OwnerReference } from '../../../model/mesh-object.ts';
import { closeBrace, closeBracket, comma } from '../json/json-bytes.ts';
import type { Draft } from '../resources/decode-object.ts';

/** A field of an object, or of its metadata, as it was sent, known by its bytes. */
export interface Part {
  readonly name: string;
  readonly isOfMetadata: boolean;
  readonly length: number;
  readonly digest: string;
}

/** What an object was when it changed last. */
export interface Version {
  object: MeshObject;
  parts: readonly Part[];
}

/** Of a watch, by UID, the objects that changed while it was read. */
export class Versions {
  readonly #byUid = new Map<string, Version>();

  of(uid: string): Version | undefined {
    return this.#byUid.get(uid);
  }

  forget(uid: string): void {
    this.#byUid.delete(uid);
  }

  /** Keeps what was read last of an object; `same`: those of its parts that were not read again, as they are what they were. */
  keep(object: Draft, version: Version | undefined, parts: readonly Part[], same: readonly Part[]): void {
    if (version) {
      recall(object, version.object, same);
      version.object = object;
      // Most often they are those of before.
      if (same.length < version.parts.length || parts.length > same.length) version.parts = parts;
    } else if (object.uid !== undefined && parts.length > 0) {
      this.#byUid.set(object.uid, { object, parts });
    }
  }
}

/** To read less again costs less than to know that it is the same. */
export const minimumPartBytes = 128;

/** Whether the value that begins there is the part, byte for byte. */
export function isPartAt(line: Buffer, from: number, { length, digest }: Part): boolean {
  const end = from + length;
  const last = line[end - 1];
  const next = line[end];
  // Where an object or a list ends, its bytes say themselves.
  const mayEnd = (last === closeBrace || last === closeBracket) && (next === comma || next === closeBrace);
  return mayEnd && digestOf(line, from, end) === digest;
}

export function digestOf(line: Buffer, from: number, to: number): string {
  const bytes = line.subarray(from, to);
  // At once costs a fraction; Node 20.11 cannot yet.
  return typeof crypto.hash === 'function'
    ? crypto.hash('sha256', bytes, 'base64')
    : crypto.createHash('sha256').update(bytes).digest('base64');
}

/**
 * Gives the object those parts that are the same, which were not read again, and what is equal of the rest as it was: what
 * an object that changed has in common with what it was before is in memory once, and need not grow old anew.
 */
function recall(object: Draft, before: MeshObject, same: readonly Part[]): void {
  for (const { name, isOfMetadata } of same) {
    if (isOfMetadata) recallMetadata(object, before, name);
    else if (name === 'spec') object.spec = before.spec;
    else if (name === 'status') {
      if (before.status !== undefined) object.status = before.status;
    } else if (before.rest && Object.hasOwn(before.rest, name)) {
      object.rest = { ...object.rest, [name]: before.rest[name] };
    }
  }
  if (object.name === before.name) object.name = before.name;
  if (object.namespace === before.namespace) object.namespace = before.namespace;
  if (object.uid !== undefined && object.uid === before.uid) object.uid = before.uid;
  if (object.creationTimestamp !== undefined && object.creationTimestamp === before.creationTimestamp)
    object.creationTimestamp = before.creationTimestamp;
  if (areSameTexts(object.labels, before.labels)) object.labels = before.labels;
  if (areSameTexts(object.annotations, before.annotations)) object.annotations = before.annotations;
  if (object.owners && before.owners && areSameOwners(object.owners, before.owners)) object.owners = before.owners;
}

function recallMetadata(object: Draft, before: MeshObject, name: string): void {
  if (name === 'labels') object.labels = before.labels;
  else if (name === 'annotations') object.annotations = before.annotations;
  else if (name === 'ownerReferences' && before.owners) object.owners = before.owners;
}

type Texts = Readonly<Record<string, string>>;

function areSameTexts(a: Texts, b: Texts): boolean {
  if (a === b) return true;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && a[key] === b[key]);
}

const areSameOwners = (a: readonly OwnerReference[], b: readonly OwnerReference[]): boolean =>
  a.length === b.length && a.every((owner, at) => isSameOwner(owner, b[at]));

const isSameOwner = (a: OwnerReference, b: OwnerReference | undefined): boolean =>
  b !== undefined &&
  a.uid === b.uid &&
  a.name === b.name &&
  a.kind === b.kind &&
  a.apiVersion === b.apiVersion &&
  a.controller === b.controller;
