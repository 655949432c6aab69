import { fieldOf, stringOf } from '../../../../shared/untrusted.ts';
import type { MeshObject } from '../../../model/mesh-object.ts';
import { resourcePath } from '../resources/served-resource.ts';
import { isProtobuf } from '../protobuf/envelope.ts';
import { KubeFailure, type KubeResponse, type KubeTransport } from '../transport/kube-transport.ts';
import { JsonItems } from './json-items.ts';
import { ProtobufItems } from './protobuf-items.ts';
import { refusalOfResponse } from './refusal.ts';
import { acceptOf, messageOf, typeOf, type ReflectorTarget } from './target.ts';
import type { WorkSlices } from '../../../work-slices.ts';

export interface ListRequest {
  readonly transport: KubeTransport;
  readonly target: ReflectorTarget;
  readonly slices: WorkSlices;
  readonly signal: AbortSignal;
  /** Objects are asked for in protobuf where that can be read. */
  readonly prefersProtobuf: boolean;
  /** Objects an answer holds at most; undefined: all in one, for servers that forget where a list was continued. */
  readonly pageSize: number | undefined;
  /** Called with each page as it was read. */
  readonly onPage: (objects: readonly MeshObject[]) => Promise<void>;
}

const wholeListMaxBytes = 512 * 1024 * 1024;
const wholeListTimeoutMs = 120_000;
/** A server that never ends a list is broken. */
const maximumPages = 10_000;

/** Lists the target's objects; returns the resourceVersion to watch from. Rejects with `Refusal` or `KubeFailure`. */
export async function listPages(request: ListRequest): Promise<string> {
  const { target, transport, signal, pageSize, prefersProtobuf } = request;
  const path = resourcePath(target.resource, target.namespace);
  const headers = { accept: acceptOf(target, 'list', prefersProtobuf) };
  let next: string | undefined;
  for (let page = 0; page < maximumPages; page++) {
    const response = await transport.request({
      path,
      headers,
      query: { limit: pageSize, continue: next },
      signal,
      ...(pageSize === undefined && { maxBytes: wholeListMaxBytes, timeoutMs: wholeListTimeoutMs }),
    });
    if (response.status !== 200) throw refusalOfResponse(response.status, response.headers, response.body);
    const { objects, metadata } = await readPage(response, request);
    await request.onPage(objects);
    const resourceVersion = stringOf(fieldOf(metadata, 'resourceVersion'));
    next = stringOf(fieldOf(metadata, 'continue'));
    if (next !== undefined && next !== '') continue;
    if (resourceVersion === undefined) {
      throw new KubeFailure('protocol', 'The API server sent a list that does not say its resourceVersion.');
    }
    return resourceVersion;
  }
  throw new KubeFailure('protocol', 'The API server sent a list that does not end.');
}

async function readPage(
  { headers, body }: KubeResponse,
  { target, slices }: ListRequest,
): Promise<{ readonly objects: readonly MeshObject[]; readonly metadata: unknown }> {
  const type = typeOf(target);
  const { representation, decode } = target.kind;
  const message = isProtobuf(headers['content-type']) ? messageOf(target) : undefined;
  const items = message
    ? new ProtobufItems(body, message)
    : new JsonItems(body, representation === 'table' ? 'rows' : 'items', decode.reads);
  const objects: MeshObject[] = [];
  await slices.run(() => {
    const item = items.next();
    if (!item) return true;
    const object = decode(item.value, type);
    if (object) objects.push(object);
    return false;
  });
  return { objects, metadata: items.metadata() };
}
