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

type RunContext = { -readonly [Field in keyof CheckContext]: CheckContext[Field] };

/** Runs one object check on one subject after another. Nothing a check does can end the analysis. */
export class CheckRunner {
  readonly check: ObjectCheck;
  /** All of a context but what is different for each subject: it is made once, as checks are many and subjects too. */
  readonly #shared: Omit<CheckContext, 'subject' | 'isNamespaceKnown' | 'report'>;
  #context: RunContext | undefined;
  #findings: Finding[] | undefined;

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
      isComplete: (kind) => reader.isComplete(kind),
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
    this.#findings = undefined;
    // One for all subjects, as checks look at them one after the other and keep nothing of it.
    const context = (this.#context ??= this.#contextFor(object));
    context.subject = object;
    context.isNamespaceKnown = isNamespaceKnown;
    try {
      this.check.run(context);
    } catch (error) {
      return [failureOf(this.check, { object }, error)];
    }
    return this.#findings ?? nothing;
  }

  #contextFor(subject: MeshObject): RunContext {
    const { check } = this;
    return {
      ...this.#shared,
      subject,
      isNamespaceKnown: false,
      report: (object, path, { message, part, severity, related, fixes }) => {
        (this.#findings ??= []).push({
          rule: check,
          severity: severity ?? check.severity,
          message,
          object,
          path,
          part: part ?? 'head',
          related: related ?? [],
          fixes: fixes ?? [],
        });
      },
    };
  }
}
