/** References of routes that lead nowhere: routes that cannot work, whatever proxy they are compiled for. */
import type { ResolvedMeshSettings } from '../../../../shared/mesh-settings.ts';
import type { SourceRef } from '../../../../shared/resource.ts';
import { refOf } from '../../../model/mesh-object.ts';
import { expandedServiceName, hostCovers, hostsOverlap, isWildcard } from '../hosts.ts';
import type { ServiceModel } from '../services.ts';
import type { CompileProblem } from './compiled.ts';
import type { DestinationRuleModel } from './destination-rules.ts';
import { meshGateway } from './gateway-name.ts';
import type { GatewayModel } from './gateways.ts';
import type { RouteTarget, VirtualServiceModel } from './virtual-service.ts';

interface Registry {
  readonly services: readonly ServiceModel[];
  readonly virtualServices: readonly VirtualServiceModel[];
  readonly rules: readonly DestinationRuleModel[];
  readonly gateways: readonly GatewayModel[];
  readonly settings: ResolvedMeshSettings;
}

const at = (source: SourceRef, ...steps: (string | number)[]): SourceRef => ({
  ...source,
  path: [...source.path, ...steps],
});

/** Whether a host or a pattern stands for any service. */
function createHostLookup(services: readonly ServiceModel[]): (host: string) => boolean {
  const exact = new Set(services.map(({ host }) => host));
  const wildcards = services.filter(({ host }) => isWildcard(host));
  return (host) =>
    exact.has(host) || (isWildcard(host) ? services : wildcards).some((service) => hostsOverlap(host, service.host));
}

function createTargetCheck(registry: Registry): (target: RouteTarget) => readonly CompileProblem[] {
  const byHost = new Map<string, ServiceModel[]>();
  for (const service of registry.services) {
    const list = byHost.get(service.host);
    if (list) list.push(service);
    else byHost.set(service.host, [service]);
  }
  const wildcards = registry.services.filter(({ host }) => isWildcard(host));
  const subsetHosts = new Map<string, string[]>();
  for (const rule of registry.rules) {
    for (const { name } of rule.subsets) {
      const hosts = subsetHosts.get(name);
      if (hosts) hosts.push(rule.host);
      else subsetHosts.set(name, [rule.host]);
    }
  }

  const hostProblem = ({ host, source }: RouteTarget): CompileProblem => {
    const full = expandedServiceName(host, registry.settings);
    const hint = full !== undefined && byHost.has(full) ? ` Istio does not expand it: write ${full}.` : '';
    return {
      severity: 'error',
      message: `There is no service with the host ${host}.${hint}`,
      source: at(source, 'host'),
    };
  };

  return (target) => {
    const services = byHost.get(target.host) ?? wildcards.filter(({ host }) => hostCovers(host, target.host));
    if (services.length === 0) return [hostProblem(target)];
    const problems: CompileProblem[] = [];
    const ports = new Set(services.flatMap((service) => service.ports.map(({ number }) => number)));
    const isAlias = services.some(({ aliasOf }) => aliasOf !== undefined);
    if (target.port !== undefined && !ports.has(target.port) && !isAlias) {
      const known = ports.size === 0 ? 'it has none' : `it has ${[...ports].join(', ')}`;
      problems.push({
        severity: 'error',
        message: `Service ${target.host} has no port ${target.port}: ${known}.`,
        source: at(target.source, 'port', 'number'),
      });
    }
    const { subset } = target;
    if (subset !== undefined && !subsetHosts.get(subset)?.some((host) => hostCovers(host, target.host))) {
      problems.push({
        severity: 'error',
        message: `No DestinationRule for ${target.host} has a subset ${subset}.`,
        source: at(target.source, 'subset'),
      });
    }
    return problems;
  };
}

/**
 * Hosts of a VirtualService for sidecars that no service has. Istio takes the object and never uses it; where that holds
 * for all its hosts, its routes cannot work. A host outside the cluster may be meant for port 80, see `sidecar-routes.ts`.
 */
function hostProblems(
  model: VirtualServiceModel,
  settings: ResolvedMeshSettings,
  exists: (host: string) => boolean,
): readonly CompileProblem[] {
  if (model.gateways.some((name) => name !== meshGateway)) return [];
  const unknown = model.hostRefs.filter(({ name }) => !exists(name));
  return unknown.flatMap(({ name, source }): CompileProblem[] => {
    const full = expandedServiceName(name, settings);
    const isInside = name.endsWith(`.svc.${settings.clusterDomain}`);
    const hint = full !== undefined && exists(full) ? ` Istio does not expand it: write ${full}.` : '';
    if (!isInside && hint === '') return [];
    const severity = unknown.length === model.hostRefs.length ? 'error' : 'warning';
    return [
      { severity, message: `There is no service with the host ${name}, so nothing is routed by it.${hint}`, source },
    ];
  });
}

/** Destinations, subsets and gateways that do not exist, and rules for hosts that do not exist. */
export function referenceProblems(registry: Registry): readonly CompileProblem[] {
  const problems: CompileProblem[] = [];
  const checkTarget = createTargetCheck(registry);
  const exists = createHostLookup(registry.services);
  const gateways = new Set(registry.gateways.map(({ name }) => name));
  for (const model of registry.virtualServices) {
    const { http, tcp, gatewayRefs } = model;
    problems.push(...hostProblems(model, registry.settings, exists));
    for (const rule of http) {
      for (const target of [...rule.targets, ...(rule.mirrors ?? [])]) problems.push(...checkTarget(target));
    }
    for (const rule of tcp) for (const target of rule.targets) problems.push(...checkTarget(target));
    for (const { name, source } of gatewayRefs) {
      if (!gateways.has(name)) problems.push({ severity: 'error', message: `There is no Gateway ${name}.`, source });
    }
  }
  for (const { object, host } of registry.rules) {
    if (host === '' || exists(host)) continue;
    problems.push({
      severity: 'warning',
      message: `No service has the host ${host}, so the DestinationRule does nothing.`,
      source: { resource: refOf(object), path: ['spec', 'host'] },
    });
  }
  return problems;
}
