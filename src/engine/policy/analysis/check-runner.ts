import type { MeshObject } from '../../model/mesh-object.ts';
import type { CheckContext, CheckInput, ObjectCheck } from '../checks/check.ts';
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

/** Runs object checks of one world, one after another. Nothing a check does can end the analysis. */
export class CheckRunner {
  /** What time it is for checks that read it. */
  now: number | undefined;
  readonly #world: ObjectWorld;
  readonly #hasKnownNamespace: (object: MeshObject) => boolean;
  readonly #onRead: ((input: CheckInput) => void) | undefined;
  #check: ObjectCheck | undefined;
  #context: RunContext | undefined;
  #findings: Finding[] | undefined;

  constructor(
    world: ObjectWorld,
    hasKnownNamespace: (object: MeshObject) => boolean,
    now?: number,
    onRead?: (input: CheckInput) => void,
  ) {
    this.#world = world;
    this.#hasKnownNamespace = hasKnownNamespace;
    this.now = now;
    this.#onRead = onRead;
  }

  run(check: ObjectCheck, { object, isNamespaceKnown }: Subject): readonly Finding[] {
    this.#findings = undefined;
    this.#check = check;
    // One for all checks and subjects, as they are looked at one after the other and nothing of it is kept.
    const context = (this.#context ??= this.#contextFor(object));
    context.subject = object;
    context.isNamespaceKnown = isNamespaceKnown;
    context.now = check.readsTime === true ? this.now : undefined;
    try {
      check.run(context);
    } catch (error) {
      return [failureOf(check, { object }, error)];
    }
    return this.#findings ?? nothing;
  }

  /** What a check does not declare as an input would not be seen to change. */
  #admit(input: CheckInput): void {
    if (this.#check?.inputs.includes(input) !== true) {
      throw new Error(`${typeof input === 'string' ? input : 'An index'} is read but not declared as an input`);
    }
    this.#onRead?.(input);
  }

  #contextFor(subject: MeshObject): RunContext {
    const world = this.#world;
    return {
      subject,
      isNamespaceKnown: false,
      hasKnownNamespace: this.#hasKnownNamespace,
      settings: world.settings,
      now: undefined,
      ofKind: (kind) => {
        this.#admit(kind);
        return world.ofKind(kind);
      },
      find: (kind, namespace, name) => {
        this.#admit(kind);
        return world.find(kind, namespace, name);
      },
      isComplete: (kind) => {
        this.#admit(kind);
        return world.isComplete(kind);
      },
      versionsOf: (kind, namespace, name) => {
        this.#admit(kind);
        return world.versionsOf(kind, namespace, name);
      },
      index: (index) => {
        this.#admit(index);
        return world.index(index);
      },
      report: (object, path, { message, part, severity, related, fixes, saysMissing }) => {
        const rule = this.#check;
        if (!rule) return;
        (this.#findings ??= []).push({
          rule,
          severity: severity ?? rule.severity,
          message,
          object,
          path,
          part: part ?? 'head',
          related: related ?? [],
          fixes: fixes ?? [],
          ...(saysMissing === true && { saysMissing }),
        });
      },
    };
  }
}
