import type { MeshObject } from '../../model/mesh-object.ts';
import type { CheckContext, Index, ObjectCheck } from '../checks/check.ts';
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
  readonly #hasKnownNamespace: (object: MeshObject) => boolean;
  readonly #onRead: ((kind: string) => void) | undefined;

  constructor(
    check: ObjectCheck,
    world: ObjectWorld,
    hasKnownNamespace: (object: MeshObject) => boolean,
    onRead?: (kind: string) => void,
  ) {
    this.check = check;
    this.#world = world;
    this.#hasKnownNamespace = hasKnownNamespace;
    this.#onRead = onRead;
  }

  run({ object, isNamespaceKnown }: Subject): readonly Finding[] {
    const findings: Finding[] = [];
    const { check } = this;
    const reader = this.#world.readerOf(check.inputs, this.#onRead);
    const context: CheckContext = {
      ...reader,
      subject: object,
      isNamespaceKnown,
      hasKnownNamespace: this.#hasKnownNamespace,
      settings: this.#world.settings,
      index: <T>(index: Index<T>): T => {
        const undeclared = index.inputs.find((kind) => !check.inputs.includes(kind));
        if (undeclared !== undefined) throw new Error(`${undeclared} is read but not declared as an input`);
        if (this.#onRead) index.inputs.forEach(this.#onRead);
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
