import type { ResolvedMeshSettings } from '../../shared/mesh-settings.ts';
import type { SourceRef } from '../../shared/resource.ts';
import type { MeshObject } from '../model/mesh-object.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { createSnapshot } from '../model/snapshot.ts';
import { prepareRouting } from '../policy/semantics/routing/prepare.ts';
import type { PolicyFile, Rejection } from './policy-keeper.ts';
import { PolicyKeeper } from './policy-keeper.ts';

/** The configuration the mesh runs. */
export interface RunningPolicies {
  /** Kept policies ⊕ registry. */
  readonly snapshot: Snapshot;
  /** Grows with every change of the policies; changes of the registry alone leave it. */
  readonly generation: number;
  readonly rejections: readonly Rejection[];
}

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

/** Holds the saved policies of the workspace against what is registered, and keeps what works. */
export class MeshPolicies {
  readonly #keeper = new PolicyKeeper();
  readonly #locate: (ref: SourceRef) => SourceRef;
  #generation = 0;
  #running = '';

  constructor(locate: (ref: SourceRef) => SourceRef) {
    this.#locate = locate;
  }

  update(
    files: readonly PolicyFile[],
    registered: readonly MeshObject[],
    settings: ResolvedMeshSettings,
  ): RunningPolicies {
    const kept = this.#keeper.accept(files, (objects) => this.#problemsOf(objects, registered, settings));
    const running = fingerprint(kept.objects);
    if (running !== this.#running) {
      this.#running = running;
      this.#generation += 1;
    }
    return {
      snapshot: createSnapshot([...kept.objects, ...registered]),
      generation: this.#generation,
      rejections: kept.rejections,
    };
  }

  #problemsOf(
    objects: readonly MeshObject[],
    registered: readonly MeshObject[],
    settings: ResolvedMeshSettings,
  ): readonly Rejection[] {
    const { problems } = prepareRouting(createSnapshot([...objects, ...registered]), settings);
    return problems.flatMap(({ severity, message, source }) =>
      severity === 'error' && source ? [{ message, source: this.#locate(source) }] : [],
    );
  }
}
