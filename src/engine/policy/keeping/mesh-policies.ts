import type { ResolvedMeshSettings } from '../../../shared/mesh-settings.ts';
import type { SourceRef } from '../../../shared/resource.ts';
import type { MeshObject } from '../../model/mesh-object.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import { prepareRouting } from '../semantics/routing/prepare.ts';
import type { PolicyFile, Rejection } from './policy-keeper.ts';
import { PolicyKeeper } from './policy-keeper.ts';

/** The configuration a mesh runs. */
export interface RunningPolicies {
  /** Kept policies and what they apply to. */
  readonly snapshot: Snapshot;
  /** Grows with every change of the policies; changes of what they apply to leave it. */
  readonly generation: number;
  readonly rejections: readonly Rejection[];
}

/** Stacks policies and what they apply to: registrations over them, or a cluster below. */
export type StackPolicies = (policies: readonly MeshObject[]) => Snapshot;

const fingerprint = (objects: readonly MeshObject[]): string =>
  JSON.stringify(
    objects.map(({ apiVersion, kind, namespace, name, labels, annotations, spec }) => [
      apiVersion,
      kind,
      namespace,
      name,
      labels,
      annotations,
      spec,
    ]),
  );

const isSameList = (a: readonly MeshObject[], b: readonly MeshObject[]): boolean =>
  a.length === b.length && a.every((object, at) => object === b[at]);

/** Holds the policies of the workspace against what they apply to, and keeps what works. */
export class MeshPolicies {
  readonly #keeper = new PolicyKeeper();
  readonly #locate: (ref: SourceRef) => SourceRef;
  #generation = 0;
  #running = '';

  constructor(locate: (ref: SourceRef) => SourceRef) {
    this.#locate = locate;
  }

  update(files: readonly PolicyFile[], stack: StackPolicies, settings: ResolvedMeshSettings): RunningPolicies {
    let last: { readonly objects: readonly MeshObject[]; readonly snapshot: Snapshot } | undefined;
    const stacked = (objects: readonly MeshObject[]): Snapshot => {
      // What was found good is what runs: its snapshot has been read already.
      if (!last || !isSameList(last.objects, objects)) last = { objects, snapshot: stack(objects) };
      return last.snapshot;
    };
    const kept = this.#keeper.accept(files, (objects) => this.#problemsOf(stacked(objects), settings));
    const running = fingerprint(kept.objects);
    if (running !== this.#running) {
      this.#running = running;
      this.#generation += 1;
    }
    return { snapshot: stacked(kept.objects), generation: this.#generation, rejections: kept.rejections };
  }

  #problemsOf(snapshot: Snapshot, settings: ResolvedMeshSettings): readonly Rejection[] {
    const { problems } = prepareRouting(snapshot, settings);
    return problems.flatMap(({ severity, message, source }) =>
      severity === 'error' && source ? [{ message, source: this.#locate(source) }] : [],
    );
  }
}
