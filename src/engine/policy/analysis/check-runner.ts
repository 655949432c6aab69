import type { MeshObject } from '../../model/mesh-object.ts';
import type { CheckContext, CheckInput, Index, ObjectCheck } from '../checks/check.ts';
import { failureOf } from './declaration-findings.ts';
import type { Finding } from './finding.ts';
import type { ObjectWorld } from './object-world.ts';

/** An object and what is known of how it was declared. */
export interface Subject {
  readonly object: MeshObject;
  readonly isNamespaceKnown: boolean;
}

const nothing: readonly Finding[] = [];

/** Runs one object check on one subject after another. Nothing a check does can end the analysis. */
export class CheckRunner {
  readonly check: ObjectCheck;
  /** All of a context but what is different for each subject: it is made once, as checks are many and subjects too. */
  readonly #shared: Omit<CheckContext, 'subject' | 'isNamespaceKnown' | 'report'>;

  constructor(
    check: ObjectCheck,
    world: ObjectWorld,
    hasKnownNamespace: (object: MeshObject) => boolean,
    now?: number,
    onRead?: (input: CheckInput) => void,
  ) {
    this.check = check;
    const kinds = check.inputs.filter((input) => typeof input === 'string');
    const reader = world.readerOf(kinds, onRead);
    const indexes = new Set(check.inputs.filter((input) => typeof input !== 'string'));
    this.#shared = {
      ofKind: (kind) => reader.ofKind(kind),
      find: (kind, namespace, name) => reader.find(kind, namespace, name),
      hasKnownNamespace,
      versionsOf: (kind, namespace, name) => {
        // The same kinds may be read as through the reader, which says so where they may not.
        reader.find(kind, namespace, name);
        return world.versionsOf(kind, namespace, name);
      },
      settings: world.settings,
      now: check.readsTime === true ? now : undefined,
      index: <T>(index: Index<T>): T => {
        if (!indexes.has(index)) throw new Error('An index is read but not declared as an input');
        onRead?.(index);
        return world.index(index);
      },
    };
  }

  run({ object, isNamespaceKnown }: Subject): readonly Finding[] {
    let findings: Finding[] | undefined;
    const { check } = this;
    const { ofKind, find, hasKnownNamespace, versionsOf, settings, now, index } = this.#shared;
    const context: CheckContext = {
      subject: object,
      isNamespaceKnown,
      ofKind,
      find,
      hasKnownNamespace,
      versionsOf,
      settings,
      now,
      index,
      report: (about, path, { message, part, severity, related, fixes }) => {
        (findings ??= []).push({
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
    return findings ?? nothing;
  }
}
