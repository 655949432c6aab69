import type { ResolvedMeshSettings } from '../../../../shared/mesh-settings.ts';
import type { FieldPath } from '../../../../shared/text.ts';
import { listOf } from '../../../../shared/untrusted.ts';
import { groupBy } from '../../../model/indexes/per-part.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { MeshObject } from '../../../model/mesh-object.ts';
import { resolveHost, selectorMatches } from '../../semantics/hosts.ts';
import type { CheckContext, Index, ObjectCheck } from '../check.ts';
import { serviceDirectory } from '../directories/service-directory.ts';
import { subsetDirectory } from '../directories/subset-directory.ts';
import { workloadDirectory } from '../directories/workload-directory.ts';
import type { RuleView } from './virtual-service-view.ts';
import { gatewaysOf, hostsOf, rulesOf } from './virtual-service-view.ts';

interface SubsetRoute {
  readonly object: MeshObject;
  readonly host: string;
  readonly subset: string;
  readonly path: FieldPath;
}

/** Whether some match of the rule applies at gateways that the test accepts. */
function appliesAt(rule: RuleView, gateways: readonly string[], accepts: (gateway: string) => boolean): boolean {
  if (rule.matches.length === 0) return gateways.some(accepts);
  return rule.matches.some(({ value }) => {
    const own = listOf(value.gateways).filter((name) => typeof name === 'string');
    return (own.length > 0 ? own : gateways).some(accepts);
  });
}

const isMesh = (gateway: string): boolean => gateway === 'mesh';

/** Routes of sidecars from a host to subsets of the same host: how calls to it are split up. */
function subsetRoutes(object: MeshObject, settings: ResolvedMeshSettings): readonly SubsetRoute[] {
  const gateways = gatewaysOf(object);
  if (!gateways.some(isMesh)) return [];
  const hosts = new Set(hostsOf(object).map(({ host }) => resolveHost(host, object.namespace, settings)));
  return rulesOf(object)
    .filter((rule) => rule.type === 'http' && appliesAt(rule, gateways, isMesh))
    .flatMap((rule) =>
      rule.destinations.flatMap(({ destination }) => {
        if (destination?.subset === undefined) return [];
        const { subset } = destination;
        const host = resolveHost(destination.host, object.namespace, settings);
        return hosts.has(host) ? [{ object, host, subset, path: [...destination.path, 'subset'] }] : [];
      }),
    );
}

const routesByHost: Index<ReadonlyMap<string, readonly SubsetRoute[]>> = {
  inputs: [Kinds.virtualService],
  relevant: (object, settings) => subsetRoutes(object, settings).map(({ host, subset, path }) => [host, subset, path]),
  build: (objects, settings) =>
    groupBy(
      objects.ofKind(Kinds.virtualService).flatMap((object) => subsetRoutes(object, settings)),
      ({ host }) => [host],
    ),
};

export const subsetsBypassed: ObjectCheck = {
  scope: 'object',
  code: 'MESH1310',
  rule: 'subsets-bypassed',
  aliases: ['IST0140'],
  severity: 'warning',
  summary: 'A gateway sends requests to a whole host that another VirtualService splits into subsets for the mesh.',
  subject: Kinds.virtualService,
  inputs: [routesByHost, serviceDirectory, subsetDirectory, workloadDirectory],
  run(context) {
    const { subject, settings } = context;
    const gateways = gatewaysOf(subject);
    if (gateways.every(isMesh)) return;
    const byHost = context.index(routesByHost);
    for (const rule of rulesOf(subject)) {
      if (rule.type !== 'http' || !appliesAt(rule, gateways, (gateway) => !isMesh(gateway))) continue;
      for (const { destination } of rule.destinations) {
        if (!destination || destination.subset !== undefined) continue;
        const host = resolveHost(destination.host, subject.namespace, settings);
        const split = (byHost.get(host) ?? []).find(
          ({ object }) => !(object.name === subject.name && object.namespace === subject.namespace),
        );
        if (!split || isWhole(context, host, byHost.get(host) ?? [])) continue;
        const { namespace, name } = split.object;
        context.report(subject, [...destination.path, 'host'], {
          message: `VirtualService \`${namespace}/${name}\` splits \`${destination.host}\` into subsets, but for sidecars only: from this gateway requests go to all of its endpoints.`,
          part: 'value',
          related: [{ message: 'The routes to subsets.', object: split.object, path: split.path }],
        });
      }
    }
  },
};

/** Whether the routes lead to one subset that all workloads of the host are in, so that going past it changes nothing. */
function isWhole(context: CheckContext, host: string, routes: readonly SubsetRoute[]): boolean {
  const [name, ...others] = new Set(routes.map(({ subset }) => subset));
  if (name === undefined || others.length > 0) return false;
  const directory = context.index(workloadDirectory);
  const workloads = context
    .index(serviceDirectory)
    .servicesOf(host)
    .flatMap((service) => directory.behind(service));
  const rules = context.index(subsetDirectory).rulesFor(host, context.subject.namespace);
  const subset = rules.flatMap(({ subsets }) => subsets).find((each) => each.name === name);
  return (
    subset !== undefined &&
    workloads.length > 0 &&
    workloads.every(({ labels }) => selectorMatches(subset.labels, labels))
  );
}
