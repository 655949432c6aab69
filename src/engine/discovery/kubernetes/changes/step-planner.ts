import { isDeepStrictEqual } from 'node:util';
import type { FieldConflict, PlannedStep } from '../../../../shared/cluster.ts';
import type { ResourceRef } from '../../../../shared/resource.ts';
import { sentence } from '../../../../shared/sentence.ts';
import { fieldOf, isRecord, stringOf, type UntrustedRecord } from '../../../../shared/untrusted.ts';
import type { ApiResource, ApiResources } from '../access/api-resources.ts';
import type { DesiredObject } from './desired-objects.ts';
import type { ObjectAddress, ObjectAnswer, ObjectClient } from './object-client.ts';
import { comparisonText, wantedOf } from './object-text.ts';
import type { Change, PreparedStep } from './prepared-plan.ts';

/** What a plan makes itself, so that the server cannot say yet what it thinks of what comes after. */
export interface MadeByPlan {
  readonly namespaces: ReadonlySet<string>;
  /** `group/Kind` of definitions. */
  readonly kinds: ReadonlySet<string>;
}

const noConflicts: readonly FieldConflict[] = [];

/** Asks the server, change by change, what it would make of it. Nothing is changed. */
export class StepPlanner {
  readonly #client: ObjectClient;
  readonly #resources: ApiResources;

  constructor(client: ObjectClient, resources: ApiResources) {
    this.#client = client;
    this.#resources = resources;
  }

  async apply(
    object: DesiredObject,
    defaultNamespace: string,
    made: MadeByPlan,
    signal?: AbortSignal,
  ): Promise<PreparedStep> {
    const { apiVersion, kind, name, value } = object;
    if (object.problem !== undefined)
      return refused({ apiVersion, kind, namespace: object.namespace, name }, object.problem);
    const resource = await this.#resources.find(apiVersion, kind, signal);
    const namespace = object.namespace || defaultNamespace;
    if (!resource) {
      const ref = { apiVersion, kind, namespace: object.namespace, name };
      if (made.kinds.has(kindName(apiVersion, kind)))
        return unseen({ ...ref, namespace }, bodyOf(value, namespace), undefined);
      return refused(ref, `The cluster does not know ${kind} of ${apiVersion}. Install its definition first.`);
    }
    const ref = { apiVersion, kind, namespace: resource.namespaced ? namespace : '', name };
    const body = bodyOf(value, ref.namespace);
    if (resource.namespaced && made.namespaces.has(namespace)) return unseen(ref, body, resource);
    const address = { resource, namespace, name };
    const present = await this.#client.get(address, signal);
    if (!present.ok && present.status !== 404) return refused(ref, advice(present));
    const live = present.ok ? present.object : undefined;
    const first = await this.#client.apply(address, body, { dryRun: true, signal });
    const conflicts = first.ok ? noConflicts : first.conflicts;
    // What it would be if the fields were taken over: the person decides when he has seen it.
    const answer =
      conflicts.length > 0 ? await this.#client.apply(address, body, { dryRun: true, force: true, signal }) : first;
    if (!answer.ok) return refused(ref, advice(answer), live);
    return changed({ ref, resource, live, after: answer.object, conflicts, change: { type: 'apply', body } });
  }

  /** `labels`: null removes one. */
  async label(
    ref: ResourceRef,
    labels: Readonly<Record<string, string | null>>,
    signal?: AbortSignal,
  ): Promise<PreparedStep> {
    const found = await this.#find(ref, signal);
    if (!('address' in found)) return found;
    const { address, live } = found;
    const body = { metadata: { labels } };
    const answer = await this.#client.patch(address, body, { dryRun: true, signal });
    if (!answer.ok) return refused(ref, advice(answer), live);
    return changed({
      ref,
      resource: address.resource,
      live,
      after: answer.object,
      conflicts: noConflicts,
      change: { type: 'patch', body },
    });
  }

  async remove(ref: ResourceRef, signal?: AbortSignal): Promise<PreparedStep> {
    const found = await this.#find(ref, signal);
    if (!('address' in found)) return found;
    const { address, live } = found;
    const uid = stringOf(fieldOf(fieldOf(live, 'metadata'), 'uid'));
    const answer = await this.#client.remove(address, { uid }, { dryRun: true, signal });
    if (!answer.ok) return refused(ref, advice(answer), live);
    return {
      shown: { ref, operation: 'remove', before: comparisonText(live), after: '', conflicts: noConflicts },
      change: { type: 'remove' },
      resource: address.resource,
      live,
    };
  }

  /** Brings an object back to what it was: changed back, or made again where it is gone. */
  async restore(address: ObjectAddress, previous: UntrustedRecord, signal?: AbortSignal): Promise<PreparedStep> {
    const { resource, name } = address;
    const { apiVersion, kind } = resource;
    const ref = { apiVersion, kind, namespace: resource.namespaced ? address.namespace : '', name };
    const present = await this.#client.get(address, signal);
    if (!present.ok && present.status !== 404) return refused(ref, advice(present));
    const live = present.ok ? present.object : undefined;
    const body = wantedOf(previous);
    // The server cannot try to make what is still being removed.
    if (live && isBeingRemoved(live))
      return {
        shown: { ref, operation: 'create', before: '', after: comparisonText(body), conflicts: noConflicts },
        change: { type: 'restore', object: previous },
        resource,
      };
    const answer = live
      ? await this.#client.replace(address, withVersion(body, live), { dryRun: true, signal })
      : await this.#client.create(address, body, { dryRun: true, signal });
    if (!answer.ok) return refused(ref, advice(answer), live);
    const change: Change = { type: 'restore', object: previous };
    return changed({ ref, resource, live, after: answer.object, conflicts: noConflicts, change });
  }

  async #find(
    ref: ResourceRef,
    signal: AbortSignal | undefined,
  ): Promise<PreparedStep | { readonly address: ObjectAddress; readonly live: UntrustedRecord }> {
    const resource = await this.#resources.find(ref.apiVersion, ref.kind, signal);
    if (!resource) return refused(ref, `The cluster does not know ${ref.kind} of ${ref.apiVersion}.`);
    const address = { resource, namespace: ref.namespace, name: ref.name };
    const present = await this.#client.get(address, signal);
    return present.ok ? { address, live: present.object } : refused(ref, advice(present));
  }
}

/** The object with the version it must still have, or the server refuses to replace it. */
export function withVersion(body: UntrustedRecord, live: UntrustedRecord): UntrustedRecord {
  const metadata = fieldOf(body, 'metadata');
  const { resourceVersion, uid } = versionOf(live);
  return { ...body, metadata: { ...(isRecord(metadata) ? metadata : {}), resourceVersion, uid } };
}

export function versionOf(live: UntrustedRecord): {
  readonly uid?: string | undefined;
  readonly resourceVersion?: string | undefined;
} {
  const metadata = fieldOf(live, 'metadata');
  return { uid: stringOf(fieldOf(metadata, 'uid')), resourceVersion: stringOf(fieldOf(metadata, 'resourceVersion')) };
}

export const isBeingRemoved = (live: UntrustedRecord): boolean =>
  fieldOf(fieldOf(live, 'metadata'), 'deletionTimestamp') !== undefined;

export const kindName = (apiVersion: string, kind: string): string => `${apiVersion.split('/', 1)[0] ?? ''}/${kind}`;

/** What is sent for a document: without what only the server writes, in its namespace. */
function bodyOf(value: UntrustedRecord, namespace: string): UntrustedRecord {
  const wanted = wantedOf(value);
  const metadata = fieldOf(wanted, 'metadata');
  return {
    ...wanted,
    metadata: { ...(isRecord(metadata) ? metadata : {}), ...(namespace === '' ? {} : { namespace }) },
  };
}

function changed(step: {
  readonly ref: ResourceRef;
  readonly resource: ApiResource;
  readonly live: UntrustedRecord | undefined;
  readonly after: UntrustedRecord;
  readonly conflicts: readonly FieldConflict[];
  readonly change: Change;
}): PreparedStep {
  const { ref, resource, live, after, conflicts, change } = step;
  const isSame = live !== undefined && isDeepStrictEqual(wantedOf(live), wantedOf(after));
  const shown: PlannedStep = {
    ref,
    operation: isSame ? 'unchanged' : live ? 'update' : 'create',
    before: live ? comparisonText(live) : '',
    after: comparisonText(after, live),
    conflicts: isSame ? noConflicts : conflicts,
  };
  return { shown, resource, ...(live ? { live } : {}), ...(isSame ? {} : { change }) };
}

/** The server cannot be asked before an earlier step is done: shown is what will be sent. */
function unseen(ref: ResourceRef, body: UntrustedRecord, resource: ApiResource | undefined): PreparedStep {
  return {
    shown: { ref, operation: 'create', before: '', after: comparisonText(body), conflicts: noConflicts },
    change: { type: 'apply', body },
    ...(resource ? { resource } : {}),
  };
}

function refused(ref: ResourceRef, problem: string, live?: UntrustedRecord): PreparedStep {
  const before = live ? comparisonText(live) : '';
  return {
    shown: { ref, operation: 'refused', before, after: before, conflicts: noConflicts, problem: sentence(problem) },
  };
}

/** The server's own words, and what may be done about them. */
export function advice(answer: Extract<ObjectAnswer, { readonly ok: false }>): string {
  const words = sentence(answer.message);
  if (answer.status === 403) return `${words} Ask an administrator of the cluster for this right.`;
  if (answer.status === 404 && /namespaces? "/.test(answer.message)) return `${words} Create the namespace first.`;
  return words;
}
