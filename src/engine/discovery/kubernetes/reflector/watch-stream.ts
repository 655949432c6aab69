import { resourcePath } from '../resources/served-resource.ts';
import { isProtobuf } from '../protobuf/envelope.ts';
import { KubeFailure, type KubeTransport } from '../transport/kube-transport.ts';
import type { Clock, Timer } from './clock.ts';
import { Arrivals } from './arrivals.ts';
import { FrameSplitter } from './frame-splitter.ts';
import { JsonChangeReader } from './json-change-reader.ts';
import { LineSplitter } from './line-splitter.ts';
import { ProtobufChangeReader } from './protobuf-change-reader.ts';
import { refusalOfResponse } from './refusal.ts';
import { acceptOf, messageOf, type ReflectorTarget } from './target.ts';
import type { ChangeReader, WatchEvent } from './watch-events.ts';
import type { WorkSlices } from '../../../work-slices.ts';

export interface WatchRequest {
  readonly transport: KubeTransport;
  readonly target: ReflectorTarget;
  readonly slices: WorkSlices;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Undefined: the objects that are there are sent first, then a bookmark says so. */
  readonly resourceVersion: string | undefined;
  /** Objects are asked for in protobuf where that can be read. */
  readonly prefersProtobuf: boolean;
  /** Milliseconds without an event or a bookmark after which the watch counts as dead. */
  readonly silenceMs: number;
  /** The server agreed. */
  readonly onOpen: () => void;
  /** Something arrived. */
  readonly onHeard: () => void;
  /** Called with what arrived together, in order; nothing more is read until it resolves. */
  readonly onEvents: (events: readonly WatchEvent[]) => Promise<void>;
}

/** `silent` means that nothing came for too long. */
export type WatchEnd = 'closed' | 'silent';

const headTimeoutMs = 20_000;
const watchSeconds = 300;
const watchJitterSeconds = 60;
/** etcd refuses objects of more than 1.5 MiB; as JSON, with the event around them, they are somewhat longer. */
const maximumEventBytes = 8 * 1024 * 1024;
const maximumRefusalBytes = 64 * 1024;
/** After an event the next ones are let gather for a moment: to wake up for each costs more than to read it. */
const gatherMs = 40;
/** Where so many come at once they need no time to gather. */
const gatheredAtOnce = 50;

/** Follows the target's changes until the server ends the watch. Rejects with `Refusal` or `KubeFailure`. */
export async function followWatch(request: WatchRequest): Promise<WatchEnd> {
  const { target, clock, signal, resourceVersion } = request;
  const { status, headers, body, gather } = await request.transport.stream({
    path: resourcePath(target.resource, target.namespace),
    headers: { accept: acceptOf(target, 'watch', request.prefersProtobuf) },
    query: {
      watch: true,
      allowWatchBookmarks: true,
      timeoutSeconds: Math.round(watchSeconds + clock.random() * watchJitterSeconds),
      ...(resourceVersion === undefined
        ? { sendInitialEvents: true, resourceVersionMatch: 'NotOlderThan' }
        : { resourceVersion }),
    },
    signal,
    timeoutMs: headTimeoutMs,
    // A watch has no end; its events are limited one by one.
    maxBytes: Number.MAX_SAFE_INTEGER,
    ownConnection: target.kind.isBusy ?? false,
  });
  // A stream that is destroyed while nobody reads it must not end the process.
  body.on('error', () => undefined);
  const stop = (): void => void body.destroy();
  signal.addEventListener('abort', stop, { once: true });
  const silence = new SilenceAlarm(clock, request.silenceMs, stop);
  try {
    if (signal.aborted) throw aborted();
    if (status !== 200) throw refusalOfResponse(status, headers, await bounded(body));
    request.onOpen();
    const message = isProtobuf(headers['content-type']) ? messageOf(target) : undefined;
    const reader = message ? new ProtobufChangeReader(target, message) : new JsonChangeReader(target);
    const splitter = message ? new FrameSplitter(maximumEventBytes) : new LineSplitter(maximumEventBytes);
    const arrivals = new Arrivals(body, splitter, () => {
      silence.heard();
      request.onHeard();
    });
    // Lists are waited for.
    let isListed = resourceVersion !== undefined;
    let isGathered = isListed && gather();
    for (let records = await arrivals.take(); records.length > 0; records = await arrivals.take()) {
      const events = await deliver(records, reader, !isListed, request);
      if (!isListed && events.some((event) => event.type === 'bookmark' && event.isInitialEnd)) {
        isListed = true;
        isGathered = gather();
      }
      if (!isGathered && records.length < gatheredAtOnce) await pause(clock, gatherMs);
    }
    if (signal.aborted) throw aborted();
    return silence.isOver ? 'silent' : 'closed';
  } catch (error) {
    if (silence.isOver) return 'silent';
    throw error;
  } finally {
    silence.cancel();
    signal.removeEventListener('abort', stop);
    body.destroy();
  }
}

async function deliver(
  records: readonly Buffer[],
  reader: ChangeReader,
  isInitial: boolean,
  { slices, onEvents }: WatchRequest,
): Promise<readonly WatchEvent[]> {
  const events: WatchEvent[] = [];
  let at = 0;
  let failure: unknown;
  await slices.run(() => {
    const record = records[at++];
    if (record === undefined) return true;
    try {
      const event = reader.read(record, isInitial);
      if (event) events.push(event);
      return false;
    } catch (error) {
      // What came before the broken one is good.
      failure = error;
      return true;
    }
  });
  if (events.length > 0) await onEvents(events);
  if (failure !== undefined) throw failure as Error;
  return events;
}

const aborted = (): KubeFailure => new KubeFailure('aborted', 'The watch was ended.');

const pause = (clock: Clock, ms: number): Promise<void> => new Promise((resolve) => void clock.setTimer(resolve, ms));

async function bounded(body: NodeJS.ReadableStream): Promise<Buffer> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const chunk of body) {
    if (!Buffer.isBuffer(chunk)) continue;
    parts.push(chunk);
    length += chunk.length;
    if (length > maximumRefusalBytes) break;
  }
  return Buffer.concat(parts);
}

/** Goes off when nothing was heard for long enough. One timer, however much is heard. */
class SilenceAlarm {
  readonly #clock: Clock;
  readonly #ms: number;
  readonly #ring: () => void;
  #timer: Timer;
  #heard = false;
  isOver = false;

  constructor(clock: Clock, ms: number, ring: () => void) {
    this.#clock = clock;
    this.#ms = ms;
    this.#ring = ring;
    this.#timer = this.#arm();
  }

  heard(): void {
    this.#heard = true;
  }

  cancel(): void {
    this.#timer.cancel();
  }

  /** Looks twice in the time, so it may go off up to half of it late. */
  #arm(quietHalves = 0): Timer {
    return this.#clock.setTimer(() => {
      const quiet = this.#heard ? 0 : quietHalves + 1;
      this.#heard = false;
      if (quiet < 2) {
        this.#timer = this.#arm(quiet);
        return;
      }
      this.isOver = true;
      this.#ring();
    }, this.#ms / 2);
  }
}
