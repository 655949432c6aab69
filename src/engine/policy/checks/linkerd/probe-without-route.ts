import { fieldOf, isRecord, stringOf, valueAt } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { MeshObject } from '../../../model/mesh-object.ts';
import type { RouteRule } from '../../semantics/gateway-api/route.ts';
import { labelSelectorMatches } from '../../semantics/label-selector.ts';
import type { WorkloadView } from '../../semantics/workloads.ts';
import { podKinds, readWorkload } from '../../semantics/workloads.ts';
import type { Index, ObjectCheck } from '../check.ts';
import { addToList } from '../directories/add-to-list.ts';
import { routeOf } from '../gateway-api/gateway-views.ts';
import type { ProbeView } from '../traps/workload-probes.ts';
import { probesOf } from '../traps/workload-probes.ts';
import { serverOf } from './server-view.ts';

interface ProbedWorkload {
  readonly workload: WorkloadView;
  readonly probes: readonly ProbeView[];
}

const probedOf = (object: MeshObject): ProbedWorkload | undefined => {
  const workload = readWorkload(object);
  const probes = workload ? probesOf(workload) : [];
  return workload && probes.length > 0 ? { workload, probes } : undefined;
};

/** Workloads with probes by namespace. */
const probedWorkloads: Index<ReadonlyMap<string, readonly ProbedWorkload[]>> = {
  inputs: podKinds,
  relevant: (object) => {
    const probed = probedOf(object);
    return probed && [probed.workload.labels, probed.workload.ports, probed.probes];
  },
  build: (objects) => {
    const byNamespace = new Map<string, ProbedWorkload[]>();
    for (const object of podKinds.flatMap((kind) => objects.ofKind(kind))) {
      const probed = probedOf(object);
      if (probed) addToList(byNamespace, object.namespace, probed);
    }
    return byNamespace;
  },
};

const routeKinds = [Kinds.linkerdHttpRoute, Kinds.httpRoute, Kinds.grpcRoute] as const;

export const probeWithoutRoute: ObjectCheck = {
  scope: 'object',
  code: 'MESH4011',
  rule: 'linkerd-probe-without-route',
  aliases: [],
  severity: 'warning',
  summary: 'Routes are bound to a Server of Linkerd, and none is for the probes of its pods, which then fail.',
  subject: Kinds.linkerdServer,
  inputs: [probedWorkloads, ...routeKinds],
  run(context) {
    const { subject, isNamespaceKnown } = context;
    const { podSelector, port } = serverOf(subject);
    if (!podSelector || port === undefined || !isNamespaceKnown) return;
    const routes = routeKinds
      .flatMap((kind) => context.ofKind(kind))
      .filter((route) =>
        routeOf(route).parents.some(
          ({ key, namespace, name }) =>
            key === Kinds.linkerdServer && namespace === subject.namespace && name === subject.name,
        ),
      );
    if (routes.length === 0) return;
    const rules = routes.flatMap((route) => routeOf(route).rules);
    for (const { workload, probes } of context.index(probedWorkloads).get(subject.namespace) ?? []) {
      if (!labelSelectorMatches(podSelector, workload.labels)) continue;
      const number = typeof port === 'number' ? port : workload.ports.find(({ name }) => name === port)?.number;
      const lost = probes.find(
        ({ call }) =>
          call.port === number &&
          call.request?.method === 'GET' &&
          !rules.some((rule) => mayTake(rule, call.request?.path ?? '/')),
      );
      if (!lost) continue;
      const { object } = workload;
      context.report(subject, ['metadata', 'name'], {
        message: `Since routes are bound to this Server, requests that none of them is for get 404, and so does the probe of \`${lost.call.request?.path ?? '/'}\` at \`${object.name}\`: its pods are restarted or never ready. Bind a route for it, and an AuthorizationPolicy that lets the kubelet use it.`,
        part: 'value',
        related: [{ message: `The probe of ${object.kind} ${object.name}.`, object, path: lost.path }],
      });
      return;
    }
  },
};

/** Only a path that certainly is another one, or a method, keeps the request out. */
function mayTake({ matches }: RouteRule, path: string): boolean {
  return (
    matches.length === 0 ||
    matches.some(({ value }) => {
      const method = stringOf(value.method);
      if (method !== undefined && method !== 'GET') return false;
      const wanted = stringOf(valueAt(value, ['path', 'value']));
      if (!isRecord(value.path) || wanted === undefined) return true;
      const type = stringOf(fieldOf(value.path, 'type')) ?? 'PathPrefix';
      if (type === 'Exact') return wanted === path;
      const prefix = wanted.replace(/\/$/, '');
      return type !== 'PathPrefix' || path === prefix || path.startsWith(`${prefix}/`);
    })
  );
}
