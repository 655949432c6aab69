import { labelSelectorMatches } from '../../semantics/label-selector.ts';
import type { WorkloadView } from '../../semantics/workloads.ts';
import { podKinds, readWorkload } from '../../semantics/workloads.ts';
import type { ObjectCheck } from '../check.ts';
import { perObject } from '../per-object.ts';
import { servers } from './server-view.ts';

const annotation = 'config.linkerd.io/skip-inbound-ports';

const workloadOf = perObject(readWorkload);

export const portPastProxy: ObjectCheck = {
  scope: 'object',
  code: 'MESH4013',
  rule: 'linkerd-port-past-proxy',
  aliases: [],
  severity: 'warning',
  summary: 'A Server of Linkerd is for a port whose connections a workload keeps away from its proxy.',
  subject: podKinds,
  inputs: [servers],
  run(context) {
    const { subject, isNamespaceKnown } = context;
    const workload = workloadOf(subject);
    const skipped = workload?.annotations[annotation];
    if (!workload || skipped === undefined || !isNamespaceKnown) return;
    const bypassed = (context.index(servers).get(subject.namespace) ?? []).flatMap((server) => {
      const number = context.hasKnownNamespace(server.object) ? portNumber(workload, server.port) : undefined;
      if (number === undefined || !server.podSelector || !holds(skipped, number)) return [];
      return labelSelectorMatches(server.podSelector, workload.labels) ? [{ server, number }] : [];
    });
    const [first] = bypassed;
    if (!first) return;
    context.report(subject, [...workload.template, 'metadata', 'annotations', annotation], {
      message: `Connections to port ${String(first.number)} do not go through Linkerd’s proxy, so what is said of Server \`${first.server.object.name}\` does not apply to them: anybody may call.`,
      part: 'value',
      related: bypassed
        .slice(0, 5)
        .map(({ server: { object } }) => ({ message: `Server ${object.name}.`, object, path: ['spec', 'port'] })),
    });
  },
};

function portNumber({ ports }: WorkloadView, port: number | string | undefined): number | undefined {
  return typeof port === 'string' ? ports.find(({ name }) => name === port)?.number : port;
}

/** Ports and ranges with commas between them, as in `25,4000-4100`. */
function holds(list: string, port: number): boolean {
  return list.split(',').some((entry) => {
    const [, first, last] = /^\s*(\d+)(?:\s*-\s*(\d+))?\s*$/.exec(entry) ?? [];
    return first !== undefined && Number(first) <= port && port <= Number(last ?? first);
  });
}
