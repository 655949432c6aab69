import type { MeshObject } from '../../model/mesh-object.ts';
import type { ObjectCheck } from '../checks/check.ts';
import type { CheckRunner, Subject } from './check-runner.ts';
import type { Finding } from './finding.ts';

/** A check; its findings hold as long as its version is the same. */
export interface VersionedCheck {
  readonly version: number;
  readonly check: ObjectCheck;
}

interface ObjectMemory {
  /** What the findings are of. Nearly all checks find nothing: they cost an object no memory of its own. */
  readonly checks: readonly VersionedCheck[];
  readonly byCheck: ReadonlyMap<ObjectCheck, readonly Finding[]>;
}

const nothing: ReadonlyMap<ObjectCheck, readonly Finding[]> = new Map();

/** Findings of objects, kept for each check until its version changes. */
export class ObjectFindings {
  readonly #memories = new WeakMap<MeshObject, ObjectMemory>();

  /** What the checks of the kind of the subject, always in the same order, find. */
  findingsOf(subject: Subject, checks: readonly VersionedCheck[], runner: CheckRunner): readonly Finding[] {
    let memory = this.#memories.get(subject.object);
    if (memory?.checks !== checks) {
      memory = { checks, byCheck: findingsByCheck(subject, checks, runner, memory) };
      this.#memories.set(subject.object, memory);
    }
    return memory.byCheck.size === 0 ? [] : [...memory.byCheck.values()].flat();
  }
}

function findingsByCheck(
  subject: Subject,
  checks: readonly VersionedCheck[],
  runner: CheckRunner,
  before: ObjectMemory | undefined,
): ReadonlyMap<ObjectCheck, readonly Finding[]> {
  let byCheck: Map<ObjectCheck, readonly Finding[]> | undefined;
  let index = 0;
  for (const { version, check } of checks) {
    const isKnown = before?.checks[index++]?.version === version;
    const found = isKnown ? before.byCheck.get(check) : runner.run(check, subject);
    if (found && found.length > 0) (byCheck ??= new Map<ObjectCheck, readonly Finding[]>()).set(check, found);
  }
  return byCheck ?? nothing;
}
