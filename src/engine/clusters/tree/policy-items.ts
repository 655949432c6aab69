import type { ClusterTreeItem } from '../../../shared/cluster.ts';
import { compareText } from '../../../shared/compare.ts';
import type { HealthState } from '../../../shared/health.ts';
import { fieldOf, listOf, recordOf, stringOf } from '../../../shared/untrusted.ts';
import { groupOf, refOf, type MeshObject } from '../../model/mesh-object.ts';
import { conditionProblem } from './conditions.ts';
import { treeItem } from './tree-item.ts';
import type { NamespaceInput } from './tree-input.ts';

const policyGroups: ReadonlySet<string> = new Set([
  'networking.istio.io',
  'security.istio.io',
  'telemetry.istio.io',
  'extensions.istio.io',
  'gateway.networking.k8s.io',
  'policy.linkerd.io',
  'linkerd.io',
  'cilium.io',
  'consul.hashicorp.com',
]);
const otherPolicies: ReadonlySet<string> = new Set(['networking.k8s.io/NetworkPolicy', 'networking.k8s.io/Ingress']);
const notPolicies: ReadonlySet<string> = new Set(['Gateway', 'GatewayClass', 'WorkloadEntry']);

/** Everything of a namespace that says how its traffic goes. By kind, then name. */
export function policyItems(input: NamespaceInput): readonly ClusterTreeItem[] {
  const { snapshot, namespace } = input;
  const kinds = snapshot.kinds.filter((key) => {
    const [group = '', kind = ''] = key.split('/');
    return otherPolicies.has(key) || (policyGroups.has(group) && !notPolicies.has(kind));
  });
  return kinds
    .flatMap((kind) => [...snapshot.inNamespace(kind, namespace)])
    .sort((a, b) => compareText(a.kind, b.kind) || compareText(a.name, b.name))
    .map((object) =>
      treeItem(input, { ref: refOf(object), health: policyHealth(object), words: [kindWord(object), about(object)] }),
    );
}

/** Two kinds of Istio and Linkerd have names in common. */
const kindWord = ({ apiVersion, kind }: MeshObject): string =>
  groupOf(apiVersion) === 'policy.linkerd.io' ? `${kind} (Linkerd)` : kind;

/** What it is about, in a few words: hosts, the host, what it does, whom it selects. */
function about({ spec }: MeshObject): string {
  const hosts = [...listOf(fieldOf(spec, 'hosts')), ...listOf(fieldOf(spec, 'hostnames'))].flatMap(
    (host) => stringOf(host) ?? [],
  );
  if (hosts.length > 0)
    return hosts.length > 2 ? `${hosts.slice(0, 2).join(', ')} +${hosts.length - 2}` : hosts.join(', ');
  const host = stringOf(fieldOf(spec, 'host'));
  if (host !== undefined) return host;
  const action = stringOf(fieldOf(spec, 'action'));
  const mode = stringOf(fieldOf(fieldOf(spec, 'mtls'), 'mode'));
  return [action, mode, selection(spec)].filter((word) => word !== undefined && word !== '').join(', ');
}

function selection(spec: unknown): string {
  const selector =
    recordOf(fieldOf(spec, 'selector')) ??
    recordOf(fieldOf(spec, 'podSelector')) ??
    recordOf(fieldOf(spec, 'workloadSelector'));
  const labels = recordOf(fieldOf(selector, 'matchLabels') ?? fieldOf(selector, 'labels'));
  return Object.entries(labels ?? {})
    .map(([key, value]) => `${key}=${String(value)}`)
    .join(', ');
}

/** What its controller says: parents of the Gateway API's routes, conditions, messages of Istio's own analysis. */
function policyHealth({ status }: MeshObject): HealthState {
  const problem =
    listOf(fieldOf(status, 'parents')).flatMap(
      (parent) => conditionProblem(fieldOf(parent, 'conditions'), ['Accepted', 'ResolvedRefs']) ?? [],
    )[0] ?? conditionProblem(fieldOf(status, 'conditions'), ['Accepted', 'Reconciled', 'ResolvedRefs', 'Valid']);
  if (problem !== undefined) return { health: 'degraded', reason: problem };
  const messages = listOf(fieldOf(status, 'validationMessages'));
  const error = messages.find((message) => fieldOf(message, 'level') === 'ERROR');
  if (error !== undefined)
    return {
      health: 'degraded',
      reason: `Istio reports ${stringOf(fieldOf(fieldOf(error, 'type'), 'name')) ?? 'an error'}`,
    };
  return { health: 'healthy', reason: 'Nothing is reported against it' };
}
