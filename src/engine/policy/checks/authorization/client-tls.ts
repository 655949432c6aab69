/** Where DestinationRules say how clients encrypt, and what the servers there take. */
import type { FieldPath } from '../../../../shared/text.ts';
import { fieldOf, isRecord, listOf, numberOf, stringOf, textsOf, valueAt } from '../../../../shared/untrusted.ts';
import type { Labels, MeshObject } from '../../../model/mesh-object.ts';
import { selectorMatches } from '../../semantics/hosts.ts';
import type { ServerMtls } from '../../semantics/mutual-tls.ts';
import { serverMtlsOf } from '../../semantics/mutual-tls.ts';
import type { ServiceModel } from '../../semantics/services.ts';
import type { CheckContext } from '../check.ts';
import { peerAuthentications } from '../directories/peer-authentications.ts';
import { serviceDirectory } from '../directories/service-directory.ts';
import { workloadDirectory } from '../directories/workload-directory.ts';
import { membershipIn } from '../directories/workload-membership.ts';
import { wideScope } from './wide-host.ts';

interface ClientTlsPlace {
  readonly mode: string;
  /** Path of the mode. */
  readonly path: FieldPath;
  readonly labels: Labels;
  /** Port of the service; absent: all that have no settings of their own. */
  readonly port?: number;
  /** Ports with settings of their own. */
  readonly except: ReadonlySet<number>;
}

/** Every mode a DestinationRule sets. */
export function clientTlsPlaces(rule: MeshObject): readonly ClientTlsPlace[] {
  const subsets = listOf(fieldOf(rule.spec, 'subsets'));
  return [
    ...placesOf(fieldOf(rule.spec, 'trafficPolicy'), ['spec', 'trafficPolicy'], {}),
    ...subsets.flatMap((subset, index) =>
      placesOf(
        fieldOf(subset, 'trafficPolicy'),
        ['spec', 'subsets', index, 'trafficPolicy'],
        textsOf(fieldOf(subset, 'labels')),
      ),
    ),
  ];
}

function placesOf(policy: unknown, path: FieldPath, labels: Labels): readonly ClientTlsPlace[] {
  const ports = listOf(fieldOf(policy, 'portLevelSettings')).map((settings, index) => ({
    number: numberOf(valueAt(settings, ['port', 'number'])),
    mode: modeOf(settings),
    path: [...path, 'portLevelSettings', index, 'tls', 'mode'],
  }));
  const except = new Set(ports.flatMap(({ number }) => number ?? []));
  const mode = modeOf(policy);
  return [
    ...(mode === undefined ? [] : [{ mode, path: [...path, 'tls', 'mode'], labels, except }]),
    ...ports.flatMap(({ number, mode: own, path: at }) =>
      number === undefined || own === undefined
        ? []
        : [{ mode: own, path: at, labels, port: number, except: new Set<number>() }],
    ),
  ];
}

const modeOf = (policy: unknown): string | undefined => stringOf(valueAt(policy, ['tls', 'mode']));

interface ServerAnswer extends ServerMtls {
  /** The workload or namespace it is the answer of. */
  readonly of: string;
}

/** What servers take that a place of the rule is about; only what is certain. */
export function serverAnswers(context: CheckContext, place: ClientTlsPlace): readonly ServerAnswer[] {
  const { subject, settings, isNamespaceKnown } = context;
  const host = stringOf(fieldOf(subject.spec, 'host'));
  if (host === undefined || host === '') return [];
  if (host.startsWith('*')) return wideAnswers(context, host);
  const lookup = context.index(serviceDirectory).lookUp(host, subject.namespace, isNamespaceKnown);
  if (lookup.state !== 'known') return [];
  return lookup.services
    .filter(({ external }) => !external)
    .flatMap((service) => answersOf(context, service, place, settings.rootNamespace));
}

/** A wildcard stands for a namespace or the mesh: the policies for those answer. */
function wideAnswers(context: CheckContext, host: string): readonly ServerAnswer[] {
  const { settings } = context;
  const scope = wideScope(host, settings);
  if (!scope) return [];
  const namespace = scope === 'mesh' ? settings.rootNamespace : scope.namespace;
  const answer = serverMtlsOf(context.index(peerAuthentications), settings, namespace, {});
  return answer.source ? [{ ...answer, of: scope === 'mesh' ? 'the mesh' : `namespace \`${namespace}\`` }] : [];
}

function answersOf(
  context: CheckContext,
  service: ServiceModel,
  place: ClientTlsPlace,
  root: string,
): readonly ServerAnswer[] {
  const index = context.index(peerAuthentications);
  const workloads = context.index(workloadDirectory).behind(service);
  if (workloads.length === 0) {
    const answer = serverMtlsOf(index, context.settings, service.namespace, {});
    const isOwn = answer.source?.resource.namespace === service.namespace;
    return isOwn ? [{ ...answer, of: `namespace \`${service.namespace}\`` }] : [];
  }
  const ports = service.ports.filter(({ number }) =>
    place.port === undefined ? !place.except.has(number) : number === place.port,
  );
  return workloads
    .filter(({ labels }) => selectorMatches(place.labels, labels))
    .flatMap((workload) => {
      const membership = membershipIn(context, workload);
      if (membership === 'none') return [];
      return ports.flatMap((port): readonly ServerAnswer[] => {
        const target = targetPortOf(service.object, port.number);
        const number = typeof target === 'string' ? workload.ports.find(({ name }) => name === target)?.number : target;
        const answer = serverMtlsOf(index, context.settings, workload.namespace, workload.labels, number);
        // What is for the whole mesh also meets workloads that have no proxy to obey it.
        const isSure =
          membership !== 'unknown' || (answer.source !== undefined && answer.source.resource.namespace !== root);
        return isSure ? [{ ...answer, of: `${workload.object.kind} \`${workload.object.name}\`` }] : [];
      });
    });
}

/** Where the pods listen: a number, or the name of a port of theirs. */
function targetPortOf(service: MeshObject, port: number): number | string {
  const entry = listOf(fieldOf(service.spec, 'ports')).find((each) => isRecord(each) && each.port === port);
  const target = fieldOf(entry, 'targetPort');
  return typeof target === 'number' || (typeof target === 'string' && target !== '') ? target : port;
}
