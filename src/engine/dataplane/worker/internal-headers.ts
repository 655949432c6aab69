import { HeaderList } from '../http/header-list.ts';

/** Headers that steer a router. Envoy obeys them only from inside, and never passes them on. */
const steering = new Set([
  'x-envoy-upstream-rq-timeout-ms',
  'x-envoy-upstream-rq-per-try-timeout-ms',
  'x-envoy-upstream-rq-timeout-alt-response',
  'x-envoy-max-retries',
  'x-envoy-retry-on',
  'x-envoy-retry-grpc-on',
  'x-envoy-retriable-status-codes',
  'x-envoy-retriable-header-names',
  'x-envoy-hedge-on-per-try-timeout',
  'x-envoy-expected-rq-timeout-ms',
  'x-envoy-original-path',
]);

/** Takes the steering headers out; returns them where there were any. */
export function takeSteeringHeaders(headers: HeaderList): HeaderList | undefined {
  let taken: HeaderList | undefined;
  for (let i = 0; i < headers.length; i++) {
    const name = headers.names[i] ?? '';
    if (name.startsWith('x-envoy-') && steering.has(name)) {
      taken ??= new HeaderList();
      taken.append(name, headers.values[i] ?? '');
    }
  }
  if (taken !== undefined) for (const name of taken.names) headers.remove(name);
  return taken;
}
