import type { FieldConflict } from '../../../../shared/cluster.ts';
import { fieldOf, isRecord, listOf, stringOf, type UntrustedRecord } from '../../../../shared/untrusted.ts';
import { objectPath, type ApiResource } from '../access/api-resources.ts';
import { ask, refusalOf, type KubeAnswer } from '../access/kube-answer.ts';
import type { KubeTransport } from '../transport/kube-transport.ts';

/** Name under which the server notes what we change (https://kubernetes.io/docs/reference/using-api/server-side-apply/). */
const fieldManager = 'meshlens';

export interface ObjectAddress {
  readonly resource: ApiResource;
  readonly namespace: string;
  readonly name: string;
}

export interface WriteOptions {
  /** Asks what would be, with all of the server's checks. */
  readonly dryRun: boolean;
  readonly force?: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** An object, or the server's words for why not. */
export type ObjectAnswer =
  | { readonly ok: true; readonly object: UntrustedRecord }
  | {
      readonly ok: false;
      readonly status: number;
      readonly message: string;
      /** Fields that other managers own. */
      readonly conflicts: readonly FieldConflict[];
    };

/** Reads and writes single objects. Rejects with `KubeFailure` where there is no answer. */
export class ObjectClient {
  readonly #transport: KubeTransport;

  constructor(transport: KubeTransport) {
    this.#transport = transport;
  }

  async get({ resource, namespace, name }: ObjectAddress, signal?: AbortSignal): Promise<ObjectAnswer> {
    return objectAnswer(
      await ask(this.#transport, { path: objectPath(resource, namespace, name), ...(signal ? { signal } : {}) }),
    );
  }

  apply(address: ObjectAddress, body: UntrustedRecord, options: WriteOptions): Promise<ObjectAnswer> {
    return this.#write('PATCH', address, body, options, 'application/apply-patch+yaml');
  }

  patch(address: ObjectAddress, body: UntrustedRecord, options: WriteOptions): Promise<ObjectAnswer> {
    return this.#write('PATCH', address, body, options, 'application/merge-patch+json');
  }

  replace(address: ObjectAddress, body: UntrustedRecord, options: WriteOptions): Promise<ObjectAnswer> {
    return this.#write('PUT', address, body, options, 'application/json');
  }

  create(address: ObjectAddress, body: UntrustedRecord, options: WriteOptions): Promise<ObjectAnswer> {
    return this.#write('POST', address, body, options, 'application/json');
  }

  async remove(
    { resource, namespace, name }: ObjectAddress,
    preconditions: { readonly uid?: string | undefined; readonly resourceVersion?: string | undefined },
    { dryRun, signal }: WriteOptions,
  ): Promise<ObjectAnswer> {
    return objectAnswer(
      await ask(this.#transport, {
        method: 'DELETE',
        path: objectPath(resource, namespace, name),
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          apiVersion: 'v1',
          kind: 'DeleteOptions',
          propagationPolicy: 'Background',
          preconditions,
          ...(dryRun ? { dryRun: ['All'] } : {}),
        }),
        ...(signal ? { signal } : {}),
      }),
    );
  }

  async #write(
    method: 'PATCH' | 'PUT' | 'POST',
    { resource, namespace, name }: ObjectAddress,
    body: UntrustedRecord,
    { dryRun, force, signal }: WriteOptions,
    contentType: string,
  ): Promise<ObjectAnswer> {
    return objectAnswer(
      await ask(this.#transport, {
        method,
        path: objectPath(resource, namespace, method === 'POST' ? undefined : name),
        query: {
          fieldManager,
          fieldValidation: 'Strict',
          ...(dryRun ? { dryRun: 'All' } : {}),
          ...(force === undefined ? {} : { force }),
        },
        headers: { 'content-type': contentType },
        body: JSON.stringify(body),
        ...(signal ? { signal } : {}),
      }),
    );
  }
}

function objectAnswer(answer: KubeAnswer): ObjectAnswer {
  if (answer.ok && isRecord(answer.value)) return { ok: true, object: answer.value };
  const causes = listOf(fieldOf(fieldOf(answer.value, 'details'), 'causes'));
  const conflicts = causes.flatMap((cause): readonly FieldConflict[] => {
    if (fieldOf(cause, 'reason') !== 'FieldManagerConflict') return [];
    const manager = /conflict with "([^"]*)"/.exec(stringOf(fieldOf(cause, 'message')) ?? '')?.[1];
    return [{ manager: manager ?? 'somebody else', field: stringOf(fieldOf(cause, 'field')) ?? '' }];
  });
  return { ok: false, status: answer.status, message: refusalOf(answer), conflicts };
}
