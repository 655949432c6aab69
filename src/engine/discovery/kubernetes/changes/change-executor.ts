import { isDeepStrictEqual } from 'node:util';
import type { ExecutedStep } from '../../../../shared/cluster.ts';
import { fieldOf, isRecord, listOf, stringOf, type UntrustedRecord } from '../../../../shared/untrusted.ts';
import type { ApiResource, ApiResources } from '../access/api-resources.ts';
import type { ObjectAddress, ObjectAnswer, ObjectClient } from './object-client.ts';
import { wantedOf } from './object-text.ts';
import type { PreparedStep } from './prepared-plan.ts';
import { advice, isBeingRemoved, versionOf, withVersion } from './step-planner.ts';

/** What was done, and what is needed to take it back. */
export interface StepResult {
  readonly executed: ExecutedStep;
  readonly reverse?:
    | { readonly type: 'remove'; readonly address: ObjectAddress }
    | { readonly type: 'restore'; readonly address: ObjectAddress; readonly previous: UntrustedRecord };
}

export interface ExecutorOptions {
  readonly client: ObjectClient;
  readonly resources: ApiResources;
  /** Waits; given so that tests own the time. */
  readonly wait: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
}

export interface ExecuteOptions {
  readonly force: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** Controllers write status all the time, each time with a new version: this often we look again and try again. */
const maximumTries = 5;
/** Finalizers and grace periods delay the end of what is being removed. */
const removalWaits = [100, 200, 400, 800, 1600, 3200, 6400] as const;
/** A definition takes a moment until its kind is served. */
const definitionWaits = [100, 200, 400, 800, 1600, 3200] as const;

const stale =
  'Not done: the object has changed since the plan was shown. Plan the change again and look at what it does now.';

/** Does what plans showed, each step only while the object is still what the plan was made on. */
export class ChangeExecutor {
  readonly #options: ExecutorOptions;

  constructor(options: ExecutorOptions) {
    this.#options = options;
  }

  async execute(step: PreparedStep, options: ExecuteOptions): Promise<StepResult> {
    const { shown, change } = step;
    const said = (done: boolean, message: string): StepResult => ({ executed: { ref: shown.ref, done, message } });
    if (shown.operation === 'refused') return said(false, shown.problem ?? 'Not done: the server refuses it.');
    if (!change) return said(true, 'Nothing to do: it is as it should be.');
    if (shown.conflicts.length > 0 && !options.force) {
      const managers = [...new Set(shown.conflicts.map(({ manager }) => manager))].join(', ');
      return said(false, `Not applied: fields are managed by ${managers}. Take them over to apply it nevertheless.`);
    }
    const resource = step.resource ?? (await this.#served(shown.ref.apiVersion, shown.ref.kind, options.signal));
    if (!resource)
      return said(false, `Not done: the cluster does not serve ${shown.ref.kind} yet. Plan it again in a moment.`);
    const address = { resource, namespace: shown.ref.namespace, name: shown.ref.name };
    for (let tries = 1; ; tries++) {
      const present = await this.#options.client.get(address, options.signal);
      if (!present.ok && present.status !== 404) return said(false, advice(present));
      const live = present.ok ? present.object : undefined;
      if (!step.live && live && isBeingRemoved(live)) {
        const pause = removalWaits[tries - 1];
        if (pause === undefined)
          return said(false, 'Not done: the object before it is still being removed. Try again in a moment.');
        await this.#options.wait(pause, options.signal);
        continue;
      }
      if (!isAsPlanned(step.live, live)) return said(false, stale);
      const answer = await this.#send(step, address, live, options);
      if (answer.ok)
        return {
          executed: { ref: shown.ref, done: true, message: doneMessage(step) },
          ...reverse(step, address, live),
        };
      const isRace = answer.status === 409 && answer.conflicts.length === 0;
      if (!isRace || tries >= maximumTries) return said(false, answer.conflicts.length > 0 ? stale : advice(answer));
    }
  }

  async #send(
    { change, shown }: PreparedStep,
    address: ObjectAddress,
    live: UntrustedRecord | undefined,
    { force, signal }: ExecuteOptions,
  ): Promise<ObjectAnswer> {
    const { client } = this.#options;
    const write = { dryRun: false, signal };
    switch (change?.type) {
      case 'apply':
        return client.apply(address, live ? withVersion(change.body, live) : change.body, {
          ...write,
          // Only what was shown is taken over: a conflict that is new since then refuses.
          ...(force && shown.conflicts.length > 0 ? { force } : {}),
        });
      case 'patch':
        return client.patch(address, live ? withVersion(change.body, live) : change.body, write);
      case 'remove':
        return client.remove(address, live ? versionOf(live) : {}, write);
      case 'restore':
        return this.#restore(address, change.object, live, signal);
      case undefined:
        throw new Error('A step without a change is not sent');
    }
  }

  /** First the content, then who owns which field: whoever changes a field becomes its owner by that. */
  async #restore(
    address: ObjectAddress,
    previous: UntrustedRecord,
    live: UntrustedRecord | undefined,
    signal: AbortSignal | undefined,
  ): Promise<ObjectAnswer> {
    const { client } = this.#options;
    const write = { dryRun: false, signal };
    const body = wantedOf(previous);
    const answer = live
      ? await client.replace(address, withVersion(body, live), write)
      : await client.create(address, body, write);
    const managedFields = listOf(fieldOf(fieldOf(previous, 'metadata'), 'managedFields'));
    if (!answer.ok || managedFields.length === 0) return answer;
    const metadata = fieldOf(answer.object, 'metadata');
    const owned = { ...answer.object, metadata: { ...(isRecord(metadata) ? metadata : {}), managedFields } };
    const second = await client.replace(address, owned, write);
    return second.ok ? second : answer;
  }

  async #served(apiVersion: string, kind: string, signal: AbortSignal | undefined): Promise<ApiResource | undefined> {
    for (const milliseconds of [0, ...definitionWaits]) {
      if (milliseconds > 0) await this.#options.wait(milliseconds, signal);
      const found = await this.#options.resources.find(apiVersion, kind, signal);
      if (found) return found;
    }
    return undefined;
  }
}

/** The same but for status and the server's bookkeeping, which change by themselves. */
function isAsPlanned(planned: UntrustedRecord | undefined, live: UntrustedRecord | undefined): boolean {
  if (!planned || !live) return planned === live;
  return versionOf(planned).uid === versionOf(live).uid && isDeepStrictEqual(wantedOf(planned), wantedOf(live));
}

function reverse(
  { change }: PreparedStep,
  address: ObjectAddress,
  live: UntrustedRecord | undefined,
): Pick<StepResult, 'reverse'> {
  if (change?.type !== 'remove' && !live) return { reverse: { type: 'remove', address } };
  return live ? { reverse: { type: 'restore', address, previous: live } } : {};
}

function doneMessage({ shown, change }: PreparedStep): string {
  if (change?.type === 'remove') return 'Removed.';
  if (change?.type === 'restore') return shown.operation === 'create' ? 'Created again.' : 'Changed back.';
  if (shown.operation === 'create') return 'Created.';
  const isEnrolment = change?.type === 'patch' && stringOf(shown.ref.kind) === 'Namespace';
  return isEnrolment ? 'Changed. Pods that run already follow when they are restarted.' : 'Changed.';
}
