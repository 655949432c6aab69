import type { Span, Trace, TraceSummary } from '../../src/shared/traces.ts';
import { omit } from '../../src/webview/view-model/omit.ts';
import { startTime } from './bookinfo.ts';

interface Hop {
  readonly id: string;
  readonly parent?: string;
  readonly kind: Span['kind'];
  readonly service: string;
  readonly instance: string;
  readonly name: string;
  readonly at: number;
  readonly takes: number;
  readonly status?: number;
  readonly flags?: string;
  readonly attempt?: number;
  readonly events?: Span['events'];
  readonly origin?: Span['origin'];
}

/** The path each service of Bookinfo is asked for; the name of a hop is its host, port and route. */
function targetOf(name: string): string {
  const host = name.replace(/^GET \//, '').replace(/\..*$/, '');
  return host === 'productpage' ? '/productpage?u=normal' : `/${host}/0`;
}

function span(traceId: string, start: number, hop: Hop): Span {
  const failed = (hop.status ?? 200) >= 500;
  return {
    traceId,
    spanId: hop.id.padStart(16, '0'),
    ...(hop.parent === undefined ? {} : { parentSpanId: hop.parent.padStart(16, '0') }),
    kind: hop.kind,
    name: hop.name,
    start: start + hop.at,
    duration: hop.takes,
    service: hop.service,
    namespace: 'bookinfo',
    workload: hop.instance.replace(/-\d$/, ''),
    version: 'v1',
    instance: hop.instance,
    status: failed ? 'error' : 'ok',
    attributes: {
      ...(hop.origin === 'application' ? {} : { 'http.method': 'GET', 'http.url': targetOf(hop.name) }),
      'http.status_code': hop.status ?? 200,
      response_flags: hop.flags ?? '-',
      'upstream.cluster': `outbound|9080||${hop.service}.bookinfo.svc.cluster.local`,
      ...(hop.attempt === undefined ? {} : { 'retry.attempt': hop.attempt }),
    },
    events: hop.events ?? [],
    origin: hop.origin ?? 'sidecar',
  };
}

function traceOf(traceId: string, start: number, hops: readonly Hop[]): Trace {
  const allSpans = hops.map((hop) => span(traceId, start, hop));
  const errors = allSpans.filter((item) => item.status === 'error').length;
  const root = allSpans[0];
  const failed = root?.status === 'error';
  return {
    traceId,
    name: 'GET /productpage',
    rootService: 'ingress',
    start,
    duration: Math.max(...hops.map((hop) => hop.at + hop.takes)),
    spans: allSpans.length,
    services: [...new Set(hops.map((hop) => hop.service))],
    errors,
    retries: hops.filter((hop) => (hop.attempt ?? 0) > 0).length,
    status: failed ? 'error' : 'ok',
    httpStatus: failed ? 503 : 200,
    allSpans,
    meshEvents: errors === 0 ? [] : [{ time: start + 4, message: 'ratings-v1-1 went down.', instance: 'ratings-v1-1' }],
  };
}

const page = 'productpage-v1-0';

/** One trace with a retry, one that failed for good, some that are plain. */
export function bookinfoTraces(): Trace[] {
  const retried = traceOf('0af7651916cd43dd8448eb211c80319c', startTime - 2000, [
    {
      id: '1',
      kind: 'server',
      service: 'ingress',
      instance: 'ingress-0',
      name: 'GET /productpage',
      at: 0,
      takes: 31.2,
    },
    {
      id: '2',
      parent: '1',
      kind: 'client',
      service: 'ingress',
      instance: 'ingress-0',
      name: 'productpage.bookinfo.svc.cluster.local:9080/*',
      at: 0.4,
      takes: 30.5,
    },
    {
      id: '3',
      parent: '2',
      kind: 'server',
      service: 'productpage',
      instance: page,
      name: 'productpage.bookinfo.svc.cluster.local:9080/*',
      at: 0.8,
      takes: 29.6,
    },
    {
      id: '4',
      parent: '3',
      kind: 'internal',
      service: 'productpage',
      instance: page,
      name: 'render page',
      at: 1.4,
      takes: 28.4,
      origin: 'application',
    },
    {
      id: '5',
      parent: '4',
      kind: 'client',
      service: 'productpage',
      instance: page,
      name: 'details.bookinfo.svc.cluster.local:9080/*',
      at: 1.8,
      takes: 3.1,
    },
    {
      id: '6',
      parent: '5',
      kind: 'server',
      service: 'details',
      instance: 'details-v1-0',
      name: 'details.bookinfo.svc.cluster.local:9080/*',
      at: 2.3,
      takes: 2,
    },
    {
      id: '7',
      parent: '4',
      kind: 'client',
      service: 'productpage',
      instance: page,
      name: 'reviews.bookinfo.svc.cluster.local:9080/*',
      at: 5.4,
      takes: 22.8,
    },
    {
      id: '8',
      parent: '7',
      kind: 'server',
      service: 'reviews',
      instance: 'reviews-v3-1',
      name: 'reviews.bookinfo.svc.cluster.local:9080/*',
      at: 5.9,
      takes: 21.9,
    },
    {
      id: '9',
      parent: '8',
      kind: 'client',
      service: 'reviews',
      instance: 'reviews-v3-1',
      name: 'ratings.bookinfo.svc.cluster.local:9080/*',
      at: 7,
      takes: 4.2,
      status: 503,
      flags: 'UF',
      events: [
        {
          time: startTime - 2000 + 9.8,
          name: 'retry',
          attributes: { host: '127.0.0.1:40001', reason: 'connection refused' },
        },
      ],
    },
    {
      id: 'a',
      parent: '8',
      kind: 'client',
      service: 'reviews',
      instance: 'reviews-v3-1',
      name: 'ratings.bookinfo.svc.cluster.local:9080/*',
      at: 11.4,
      takes: 9.3,
      attempt: 1,
    },
    {
      id: 'b',
      parent: 'a',
      kind: 'server',
      service: 'ratings',
      instance: 'ratings-v1-0',
      name: 'ratings.bookinfo.svc.cluster.local:9080/*',
      at: 11.9,
      takes: 8.1,
    },
  ]);
  const failed = traceOf('4bf92f3577b34da6a3ce929d0e0e4736', startTime - 5000, [
    {
      id: '1',
      kind: 'server',
      service: 'ingress',
      instance: 'ingress-0',
      name: 'GET /productpage',
      at: 0,
      takes: 12.6,
      status: 503,
      flags: 'UH',
    },
    {
      id: '2',
      parent: '1',
      kind: 'client',
      service: 'ingress',
      instance: 'ingress-0',
      name: 'productpage.bookinfo.svc.cluster.local:9080/*',
      at: 0.3,
      takes: 12,
      status: 503,
      flags: 'UH',
    },
  ]);
  const plain = Array.from({ length: 12 }, (_, index) =>
    traceOf(`00000000000000000000000000000${String(100 + index)}`, startTime - 8000 - index * 700, [
      {
        id: '1',
        kind: 'server',
        service: 'ingress',
        instance: 'ingress-0',
        name: 'GET /productpage',
        at: 0,
        takes: 18 + index,
      },
      {
        id: '2',
        parent: '1',
        kind: 'client',
        service: 'productpage',
        instance: page,
        name: 'reviews.bookinfo.svc.cluster.local:9080/*',
        at: 4,
        takes: 9 + index,
      },
    ]),
  );
  return [retried, failed, ...plain];
}

export function summaryOf(trace: Trace): TraceSummary {
  return omit(trace, 'allSpans', 'meshEvents');
}
