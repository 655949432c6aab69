import { fieldOf, listOf, stringOf } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { ObjectCheck } from '../check.ts';
import { replacements } from '../replacements.ts';

/** Protocols of which proxies choose the service by the host that a request names. */
const routed: ReadonlySet<string> = new Set(['HTTP', 'HTTP2', 'GRPC', 'GRPC-WEB', 'HTTP_PROXY']);

export const hostCapitals: ObjectCheck = {
  scope: 'object',
  code: 'MESH1615',
  rule: 'host-capitals',
  aliases: [],
  severity: 'warning',
  summary: 'A host of a ServiceEntry for HTTP has capitals, so that requests to it lead nowhere.',
  subject: Kinds.serviceEntry,
  inputs: [],
  run(context) {
    const { subject } = context;
    const isRouted = listOf(fieldOf(subject.spec, 'ports')).some((port) =>
      routed.has((stringOf(fieldOf(port, 'protocol')) ?? '').toUpperCase()),
    );
    if (!isRouted) return;
    for (const [index, host] of listOf(fieldOf(subject.spec, 'hosts')).entries()) {
      if (typeof host !== 'string' || host === host.toLowerCase()) continue;
      const path = ['spec', 'hosts', index];
      context.report(subject, path, {
        message: `Istio writes routes for \`${host.toLowerCase()}\` and names the endpoints after \`${host}\`, so requests fail with 503. Write it in lower case.`,
        part: 'value',
        fixes: replacements(subject, path, [host.toLowerCase()]),
      });
    }
  },
};
