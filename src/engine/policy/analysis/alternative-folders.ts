/**
 * Folders that stand for alternatives, such as `dev` and `prod` of one repository: they declare the same object in
 * different ways, so what is in one is not applied beside what is in the other.
 */
import { isDeepStrictEqual } from 'node:util';
import { Kinds } from '../../model/kinds.ts';
import type { KindKey, MeshObject } from '../../model/mesh-object.ts';
import { podKinds } from '../semantics/workloads.ts';
import type { DocumentFile } from '../documents/document-file.ts';

/** Kinds of which two versions tell that folders are alternatives. A Namespace is declared beside everything in it. */
const tellingKinds: ReadonlySet<KindKey> = new Set([
  ...podKinds,
  Kinds.service,
  Kinds.serviceEntry,
  Kinds.virtualService,
  Kinds.destinationRule,
  Kinds.gateway,
  Kinds.kubernetesGateway,
  Kinds.httpRoute,
  Kinds.ingress,
]);

/** Of how many folders the versions of one object are compared; who has more of them keeps copies. */
const maximumVersions = 30;

export function folderOf(uri: string): string {
  return uri.slice(0, uri.lastIndexOf('/'));
}

export class AlternativeFolders {
  /** By folder: those that nothing in it, or below it, is applied beside. */
  readonly #apart: ReadonlyMap<string, ReadonlySet<string>>;

  constructor(files: readonly DocumentFile[]) {
    const apart = new Map<string, Set<string>>();
    for (const versions of versionsIn(files)) {
      for (const [index, [folder, object]] of versions.entries()) {
        for (const [other, version] of versions.slice(index + 1)) {
          if (!isDeepStrictEqual(object.spec, version.spec)) setApart(apart, folder, other);
        }
      }
    }
    this.#apart = apart;
  }

  has(folder: string): boolean {
    return this.#apart.size > 0 && upwards(folder).some((each) => this.#apart.has(each));
  }

  /** What may be applied beside the files of a folder, first what lies in a folder of a similar path. */
  beside(folder: string, files: readonly DocumentFile[]): readonly DocumentFile[] {
    const own = upwards(folder);
    const left = own.flatMap((each) => [...(this.#apart.get(each) ?? [])]).filter((each) => !own.includes(each));
    const steps = new Set(folder.split('/'));
    return files
      .map((file) => ({ file, place: folderOf(file.uri) }))
      .filter(({ place }) => !left.some((other) => place === other || place.startsWith(`${other}/`)))
      .map(({ file, place }) => ({ file, likeness: place.split('/').filter((step) => steps.has(step)).length }))
      .sort((a, b) => b.likeness - a.likeness)
      .map(({ file }) => file);
  }
}

type Version = readonly [folder: string, object: MeshObject];

/** The versions of each object that more than one folder declares, one of each folder. */
function versionsIn(files: readonly DocumentFile[]): readonly (readonly Version[])[] {
  const byIdentity = new Map<string, Map<string, MeshObject>>();
  for (const { uri, documents } of files) {
    const folder = folderOf(uri);
    for (const { objects } of documents) {
      for (const { kind, object, isDerived } of objects) {
        if (isDerived || object.name === '' || !tellingKinds.has(kind)) continue;
        const identity = `${kind} ${object.namespace}/${object.name}`;
        const versions = byIdentity.get(identity);
        if (!versions) byIdentity.set(identity, new Map([[folder, object]]));
        else if (versions.size < maximumVersions && !versions.has(folder)) versions.set(folder, object);
      }
    }
  }
  return [...byIdentity.values()].filter(({ size }) => size > 1).map((versions) => [...versions]);
}

/** The folders at which the ways to two folders part. A folder in another one goes on from what that one has. */
function setApart(apart: Map<string, Set<string>>, one: string, other: string): void {
  const [a, b] = [one.split('/'), other.split('/')];
  const common = a.findIndex((step, index) => b[index] !== step);
  const shared = common < 0 ? a.length : common;
  const [partOfOne, partOfOther] = [a, b].map((steps) => steps.slice(0, shared + 1).join('/'));
  if (partOfOne === undefined || partOfOther === undefined) return;
  const isAbove = (steps: readonly string[]): boolean => steps.length === shared;
  add(apart, partOfOne, isAbove(b) ? undefined : partOfOther);
  add(apart, partOfOther, isAbove(a) ? undefined : partOfOne);
}

function add(apart: Map<string, Set<string>>, folder: string, other: string | undefined): void {
  const others = apart.get(folder) ?? new Set();
  if (other !== undefined) others.add(other);
  apart.set(folder, others);
}

/** A folder and all that it lies in. */
function upwards(folder: string): readonly string[] {
  const steps = folder.split('/');
  return steps.map((_, index) => steps.slice(0, index + 1).join('/'));
}
