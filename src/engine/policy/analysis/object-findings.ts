import type { MeshObject } from '../../model/mesh-object.ts';
import type { ObjectCheck } from '../checks/check.ts';
import type { CheckRunner, Subject } from './check-runner.ts';
import type { Finding } from './finding.ts';

/** A check; its findings hold as long as its version is the same. */
export interface VersionedCheck {
  readonly version: number;
  readonly check: ObjectCheck;
}

/** By place of the check in the list for the kind: its findings, and the version that they are of. */
interface ObjectMemory {
  readonly versions: number[];
  readonly findings: (readonly Finding[])[];
}

/** Findings of objects, kept for each check until its version changes. */
export class ObjectFindings {
  readonly #memories = new WeakMap<MeshObject, ObjectMemory>();

  /** What the checks of the kind of the subject, always in the same order, find. */
  findingsOf(subject: Subject, checks: readonly VersionedCheck[], runner: CheckRunner): readonly Finding[] {
    let memory = this.#memories.get(subject.object);
    if (!memory) {
      const count = checks.length;
      memory = { versions: new Array<number>(count), findings: new Array<readonly Finding[]>(count) };
      this.#memories.set(subject.object, memory);
    }
    const all: Finding[] = [];
    let index = 0;
    for (const { version, check } of checks) {
      let found = memory.findings[index];
      if (!found || memory.versions[index] !== version) {
        memory.versions[index] = version;
        memory.findings[index] = found = runner.run(check, subject);
      }
      // Nearly all find nothing.
      if (found.length > 0) all.push(...found);
      index++;
    }
    return all;
  }
}
