import type { FieldPath } from '../../../../shared/text.ts';
import { Kinds } from '../../../model/kinds.ts';
import { kindKey } from '../../../model/mesh-object.ts';
import { labelSelectorMatches } from '../../semantics/label-selector.ts';
import type { WorkloadView } from '../../semantics/workloads.ts';
import { podKinds, readWorkload } from '../../semantics/workloads.ts';
import type { CheckContext, ObjectCheck } from '../check.ts';
import { workloadDirectory } from '../directories/workload-directory.ts';
import { perObject } from '../per-object.ts';
import type { ServerView } from './server-view.ts';
import { servers } from './server-view.ts';

const annotation = 'config.linkerd.io/skip-inbound-ports';

const workloadOf = perObject(readWorkload);

export const portPastProxy: ObjectCheck = {
  scope: 'object',
  code: 'MESH4013',
  rule: 'linkerd-port-past-proxy',
  aliases: [],
  severity: 'warning',
  summary:
    'A Server of Linkerd is for a port whose connections a workload, or its namespace, keeps away from the proxy.',
  subject: [Kinds.namespace, ...podKinds],
  inputs: [servers, workloadDirectory],
  run(context) {
    const { subject } = context;
    if (kindKey(subject) === Kinds.namespace) {
      const skipped = subject.annotations[annotation];
      if (skipped === undefined) return;
      // What pods say themselves counts before what their namespace says.
      const workloads = context
        .index(workloadDirectory)
        .inNamespace(subject.name)
        .filter(
          ({ object, annotations }) => annotations[annotation] === undefined && context.hasKnownNamespace(object),
        );
      report(context, ['metadata', 'annotations', annotation], bypassedOf(context, subject.name, workloads, skipped));
      return;
    }
    const workload = workloadOf(subject);
    const skipped = workload?.annotations[annotation];
    if (!workload || skipped === undefined || !context.isNamespaceKnown) return;
    const path = [...workload.template, 'metadata', 'annotations', annotation];
    report(context, path, bypassedOf(context, subject.namespace, [workload], skipped));
  },
};

interface Bypassed {
  readonly server: ServerView;
  readonly number: number;
}

/** Servers of the namespace for a skipped port of one of the workloads. */
function bypassedOf(
  context: CheckContext,
  namespace: string,
  workloads: readonly WorkloadView[],
  skipped: string,
): readonly Bypassed[] {
  const here = (context.index(servers).get(namespace) ?? []).filter(({ object }) => context.hasKnownNamespace(object));
  return here.flatMap((server) => {
    const { podSelector } = server;
    if (!podSelector) return [];
    for (const workload of workloads) {
      const number = portNumber(workload, server.port);
      if (number === undefined || !holds(skipped, number)) continue;
      if (labelSelectorMatches(podSelector, workload.labels)) return [{ server, number }];
    }
    return [];
  });
}

function report(context: CheckContext, path: FieldPath, bypassed: readonly Bypassed[]): void {
  const [first] = bypassed;
  if (!first) return;
  context.report(context.subject, path, {
    message: `Connections to port ${String(first.number)} do not go through Linkerd’s proxy, so what is said of Server \`${first.server.object.name}\` does not apply to them: anybody may call.`,
    part: 'value',
    related: bypassed
      .slice(0, 5)
      .map(({ server: { object } }) => ({ message: `Server ${object.name}.`, object, path: ['spec', 'port'] })),
  });
}

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
