import type { ClusterAction } from '../../../../shared/cluster.ts';
import type { ResourceRef } from '../../../../shared/resource.ts';
import { fieldOf, isRecord, stringOf } from '../../../../shared/untrusted.ts';
import { displayName } from '../../../model/mesh-object.ts';
import { inCreationOrder, inRemovalOrder } from './change-order.ts';
import { desiredObjects, type DesiredObject, type ReadDocument } from './desired-objects.ts';
import type { PreparedPlan, PreparedStep } from './prepared-plan.ts';
import { kindName, type MadeByPlan, type StepPlanner } from './step-planner.ts';

export interface ChangePlannerOptions {
  readonly context: string;
  readonly steps: StepPlanner;
  /** Of documents that name none. */
  readonly defaultNamespace: string;
  readonly readDocuments: (text: string) => readonly ReadDocument[];
  /** Our sample: its objects name no namespace. */
  readonly bookinfo: () => Promise<string>;
  readonly newId: () => string;
}

/** Says that an object was made by us and by nobody else; only on what we create wholly. */
const managedBy = { 'app.kubernetes.io/managed-by': 'meshlens' } as const;

/** Makes plans of actions. Rejects with `KubeFailure` where the cluster cannot be asked. */
export class ChangePlanner {
  readonly #options: ChangePlannerOptions;

  constructor(options: ChangePlannerOptions) {
    this.#options = options;
  }

  async plan(action: ClusterAction, signal?: AbortSignal): Promise<PreparedPlan> {
    const { steps } = this.#options;
    switch (action.type) {
      case 'apply': {
        const documents = this.#options.readDocuments(action.text);
        const chosen =
          action.document === undefined ? documents : documents.slice(action.document, action.document + 1);
        const objects = desiredObjects(chosen);
        const [only] = objects;
        const title = objects.length === 1 && only ? `Apply ${nameOf(only)}` : `Apply ${objects.length} objects`;
        return this.#prepared(title, await this.#apply(objects, this.#options.defaultNamespace, signal));
      }
      case 'remove': {
        const refs = inRemovalOrder(action.refs);
        const [only] = refs;
        const title = refs.length === 1 && only ? removalTitle(only) : `Remove ${refs.length} objects`;
        return this.#prepared(title, await inTurn(refs, (ref) => steps.remove(ref, signal)));
      }
      case 'enrol': {
        const { namespace, mode, revision } = action;
        const ref: ResourceRef = { apiVersion: 'v1', kind: 'Namespace', namespace: '', name: namespace };
        return this.#prepared(enrolTitle(action), [await steps.label(ref, enrolLabels(mode, revision), signal)]);
      }
      case 'deploy-bookinfo': {
        const { namespace } = action;
        const sample = desiredObjects(this.#options.readDocuments(await this.#options.bookinfo()));
        const objects = [namespaceObject(namespace), ...sample.filter(({ kind }) => kind !== 'Namespace')].map(
          labelled,
        );
        return this.#prepared(
          `Deploy Bookinfo to ${namespace}`,
          await this.#apply(objects, namespace, signal, 'present'),
        );
      }
    }
  }

  /** A plan of steps that are made elsewhere. */
  prepared(title: string, steps: readonly PreparedStep[]): PreparedPlan {
    return this.#prepared(title, steps);
  }

  /** `namespaces: present`: a namespace that is there is left as it is. */
  async #apply(
    objects: readonly DesiredObject[],
    defaultNamespace: string,
    signal: AbortSignal | undefined,
    namespaces?: 'present',
  ): Promise<readonly PreparedStep[]> {
    const { steps } = this.#options;
    const made = { namespaces: new Set<string>(), kinds: new Set<string>() } satisfies MadeByPlan;
    return inTurn(inCreationOrder(objects), async (object) => {
      const step = await steps.apply(object, defaultNamespace, made, signal);
      if (step.shown.operation === 'create' && object.kind === 'Namespace') made.namespaces.add(object.name);
      if (step.shown.operation === 'create' && object.kind === 'CustomResourceDefinition') {
        const spec = fieldOf(object.value, 'spec');
        made.kinds.add(
          kindName(stringOf(fieldOf(spec, 'group')) ?? '', stringOf(fieldOf(fieldOf(spec, 'names'), 'kind')) ?? ''),
        );
      }
      if (namespaces === 'present' && object.kind === 'Namespace' && step.shown.operation === 'update')
        return { ...withoutChange(step) };
      return step;
    });
  }

  #prepared(title: string, steps: readonly PreparedStep[]): PreparedPlan {
    const { context, newId } = this.#options;
    return { plan: { id: newId(), context, title, steps: steps.map(({ shown }) => shown) }, steps };
  }
}

/** Label by label: what one way of taking part needs, and the others must not leave behind. */
export function enrolLabels(
  mode: 'sidecar' | 'ambient' | 'none',
  revision: string | undefined,
): Readonly<Record<string, string | null>> {
  const byRevision = mode === 'sidecar' && revision !== undefined && revision !== '' && revision !== 'default';
  return {
    'istio-injection': mode === 'sidecar' && !byRevision ? 'enabled' : null,
    'istio.io/rev': byRevision ? revision : null,
    'istio.io/dataplane-mode': mode === 'ambient' ? 'ambient' : null,
  };
}

function enrolTitle({ namespace, mode, revision }: Extract<ClusterAction, { readonly type: 'enrol' }>): string {
  if (mode === 'none') return `Take namespace ${namespace} out of the mesh`;
  if (mode === 'ambient') return `Enrol namespace ${namespace} in the ambient mesh`;
  return `Enrol namespace ${namespace} for sidecar injection, revision ${revision ?? 'default'}`;
}

const removalTitle = (ref: ResourceRef): string =>
  `Remove ${displayName(ref)}${ref.kind === 'Namespace' ? ' and everything in it' : ''}`;

const nameOf = ({ apiVersion, kind, namespace, name }: DesiredObject): string =>
  displayName({ apiVersion, kind, namespace, name });

function namespaceObject(name: string): DesiredObject {
  const value = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
  return { apiVersion: 'v1', kind: 'Namespace', namespace: '', name, value };
}

function labelled(object: DesiredObject): DesiredObject {
  const metadata = fieldOf(object.value, 'metadata');
  const labels = fieldOf(metadata, 'labels');
  return {
    ...object,
    value: {
      ...object.value,
      metadata: {
        ...(isRecord(metadata) ? metadata : {}),
        labels: { ...(isRecord(labels) ? labels : {}), ...managedBy },
      },
    },
  };
}

function withoutChange(step: PreparedStep): PreparedStep {
  const { before } = step.shown;
  return { shown: { ...step.shown, operation: 'unchanged', after: before, conflicts: [] } };
}

async function inTurn<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = [];
  for (const item of items) results.push(await work(item));
  return results;
}
