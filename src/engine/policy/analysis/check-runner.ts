import type { MeshObject } from '../../model/mesh-object.ts';
import type { CheckContext, CheckInput, Index, ObjectCheck, ObjectReader } from '../checks/check.ts';
import { failureOf } from './declaration-findings.ts';
import type { Finding } from './finding.ts';
import type { ObjectWorld } from './object-world.ts';

/** An object and what is known of how it was declared. */
export interface Subject {
  readonly object: MeshObject;
  readonly isNamespaceKnown: boolean;
}

/** Runs one object check on one subject after another. Nothing a check does can end the analysis. */
export class CheckRunner {
  readonly check: ObjectCheck;
  readonly #world: ObjectWorld;
  readonly #now: number | undefined;
  readonly #hasKnownNamespace: (object: MeshObject) => boolean;
  readonly #onRead: ((input: CheckInput) => void) | undefined;
  readonly #reader: ObjectReader;

  constructor(
    check: ObjectCheck,
    world: ObjectWorld,
    hasKnownNamespace: (object: MeshObject) => boolean,
    now?: number,
    onRead?: (input: CheckInput) => void,
  ) {
    this.check = check;
    this.#world = world;
    this.#hasKnownNamespace = hasKnownNamespace;
    this.#now = now;
    this.#onRead = onRead;
    const kinds = check.inputs.filter((input) => typeof input === 'string');
    this.#reader = world.readerOf(kinds, onRead);
  }

  run({ object, isNamespaceKnown }: Subject): readonly Finding[] {
    const findings: Finding[] = [];
    const { check } = this;
    const now = this.#now;
    const context: CheckContext = {
      ...this.#reader,
      subject: object,
      isNamespaceKnown,
      hasKnownNamespace: this.#hasKnownNamespace,
      versionsOf: (kind, namespace, name) => {
        // The same kinds may be read as through the reader, which says so where they may not.
        this.#reader.find(kind, namespace, name);
        return this.#world.versionsOf(kind, namespace, name);
      },
      settings: this.#world.settings,
      get now() {
        if (check.readsTime !== true) throw new Error('The time is read but not declared');
        return now;
      },
      index: <T>(index: Index<T>): T => {
        if (!check.inputs.includes(index)) throw new Error('An index is read but not declared as an input');
        this.#onRead?.(index);
        return this.#world.index(index);
      },
      report: (about, path, { message, part, severity, related, fixes }) => {
        findings.push({
          rule: check,
          severity: severity ?? check.severity,
          message,
          object: about,
          path,
          part: part ?? 'head',
          related: related ?? [],
          fixes: fixes ?? [],
        });
      },
    };
    try {
      check.run(context);
    } catch (error) {
      return [failureOf(check, { object }, error)];
    }
    return findings;
  }
}
