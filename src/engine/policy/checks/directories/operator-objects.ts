/**
 * Objects of kinds that only an operator of their own knows. What it makes of one, Services, pods and Secrets, no file
 * declares, but their names follow from the object.
 */
import { fieldOf, isRecord, stringOf } from '../../../../shared/untrusted.ts';
import type { KindKey, Labels, MeshObject } from '../../../model/mesh-object.ts';
import { groupOf, kindKey } from '../../../model/mesh-object.ts';
import { kindsByGroup } from '../../schema/group-kinds.ts';
import { podKinds } from '../../semantics/workloads.ts';
import type { ObjectReader } from '../check.ts';
import { perObject } from '../per-object.ts';

/** Stands for every kind that `isOperatorKind` says yes to. */
export const operatorObjects: KindKey = '*/operator';

/** Groups of which we know that nothing runs or is stored for their objects: routes, policies, what is measured. */
const passiveGroups: ReadonlySet<string> = new Set([
  ...kindsByGroup.keys(),
  'linkerd.io',
  'cilium.io',
  'crd.projectcalico.org',
  'projectcalico.org',
  'gateway.envoyproxy.io',
  'gateway.kgateway.dev',
  'gateway.nginx.org',
  'getambassador.io',
  'inference.networking.x-k8s.io',
  'keda.sh',
  'kuadrant.io',
  'kuma.io',
  'kyverno.io',
  'projectcontour.io',
  'access.smi-spec.io',
  'specs.smi-spec.io',
  'split.smi-spec.io',
  'traefik.containo.us',
  'traefik.io',
]);

const passiveKinds: ReadonlySet<KindKey> = new Set(
  ['AlertmanagerConfig', 'PodMonitor', 'Probe', 'PrometheusRule', 'ScrapeConfig', 'ServiceMonitor'].map(
    (kind) => `monitoring.coreos.com/${kind}`,
  ),
);

/** Groups whose objects become Secrets and nothing else. */
const secretGroups: ReadonlySet<string> = new Set([
  'bitnami.com',
  'cert-manager.io',
  'external-secrets.io',
  'secrets-store.csi.x-k8s.io',
  'secrets.hashicorp.com',
]);

/** Kubernetes' own groups have no dot, or end like this. */
export function isOperatorKind(kind: KindKey): boolean {
  const group = kind.slice(0, kind.lastIndexOf('/'));
  if (!group.includes('.') || group.endsWith('.k8s.io') || passiveGroups.has(group)) return false;
  return !passiveKinds.has(kind) && !podKinds.includes(kind);
}

/** More than any configuration has; a limit for what is written by mistake. */
const maximumValues = 20_000;

/** Every text of an object beside its metadata, wherever it stands. */
const textsIn = perObject(({ spec, rest }: MeshObject): ReadonlySet<string> => {
  const texts = new Set<string>();
  const open: unknown[] = [spec, rest];
  for (let count = 0; open.length > 0 && count < maximumValues; count++) {
    const value = open.pop();
    if (typeof value === 'string') texts.add(value);
    else if (Array.isArray(value)) open.push(...(value as readonly unknown[]));
    else if (isRecord(value)) open.push(...Object.values(value));
  }
  return texts;
});

/** What operators may have made of the objects that files declare for them. */
export class OperatorWork {
  readonly #objects: readonly MeshObject[];
  readonly #names: ReadonlySet<string>;
  readonly #namespaces: ReadonlySet<string>;
  /** Other clusters of which Linkerd makes the Services here too, with the name of the cluster behind theirs. */
  readonly #mirrored: readonly string[];

  constructor(objects: readonly MeshObject[]) {
    this.#objects = objects;
    this.#names = new Set(objects.map(({ namespace, name }) => `${namespace}/${name}`));
    this.#namespaces = new Set(objects.map(({ namespace }) => namespace));
    this.#mirrored = objects
      .filter((object) => kindKey(object) === 'multicluster.linkerd.io/Link')
      .map(({ spec, name }) => stringOf(fieldOf(spec, 'targetClusterName')) ?? name);
  }

  /**
   * Whether an operator may have given the name: it is that of an object of the namespace, alone or with something behind
   * a dash, one that an object of any namespace mentions, or ends in the name of a cluster that Linkerd mirrors.
   */
  mayBeNamed(namespace: string, name: string): boolean {
    if (this.#mirrored.some((cluster) => name.endsWith(`-${cluster}`))) return true;
    for (let end = name.length; end > 0; end = name.lastIndexOf('-', end - 1))
      if (this.#names.has(`${namespace}/${name.slice(0, end)}`)) return true;
    return this.#mentions(name);
  }

  /** Whether an operator may run pods with the labels, in a namespace or, without one, anywhere. */
  mayRun(labels: Labels, namespace: string | undefined): boolean {
    if (namespace !== undefined && this.#namespaces.has(namespace)) return true;
    return Object.values(labels).some((value) => this.#mentions(value));
  }

  #mentions(text: string): boolean {
    return this.#objects.some((object) => textsIn(object).has(text));
  }
}

/** All that `OperatorWork` takes from an object, beside its place. */
export const relevantForWork = ({ spec, rest }: MeshObject): unknown => [spec, rest];

/** What operators may run: Services and pods. */
export function runByOperators(objects: Pick<ObjectReader, 'ofKind'>): OperatorWork {
  const declared = objects.ofKind(operatorObjects);
  return new OperatorWork(declared.filter(({ apiVersion }) => !secretGroups.has(groupOf(apiVersion))));
}
