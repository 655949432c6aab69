import { fieldOf, listOf } from '../../../../shared/untrusted.ts';
import type { KindKey, MeshObject } from '../../../model/mesh-object.ts';
import type { Index, ObjectCheck } from '../check.ts';
import type { CiliumRule } from './cilium-view.ts';
import { ciliumPolicyKinds, ciliumSpecsOf } from './cilium-view.ts';

/** Namespaces in which some policy has Cilium read answers of DNS; empty for the whole cluster. */
const dnsReaders: Index<ReadonlySet<string>> = {
  inputs: ciliumPolicyKinds,
  relevant: readsDns,
  build: (objects) => {
    const readers = ciliumPolicyKinds.flatMap((kind: KindKey) => objects.ofKind(kind).filter(readsDns));
    return new Set(readers.map(({ kind, namespace }) => (kind === 'CiliumNetworkPolicy' ? namespace : '')));
  },
};

function readsDns(object: MeshObject): boolean {
  return ciliumSpecsOf(object).some(({ rules }) => rules.some(hasDnsRule));
}

function hasDnsRule({ direction, value }: CiliumRule): boolean {
  return (
    direction === 'egress' &&
    listOf(value.toPorts).some((port) => listOf(fieldOf(fieldOf(port, 'rules'), 'dns')).length > 0)
  );
}

export const fqdnWithoutDns: ObjectCheck = {
  scope: 'object',
  code: 'MESH6002',
  rule: 'fqdn-without-dns',
  aliases: [],
  severity: 'warning',
  summary: 'A policy of Cilium allows names of hosts, but nothing lets Cilium see which addresses they have.',
  subject: ciliumPolicyKinds,
  inputs: [dnsReaders],
  run(context) {
    const { subject } = context;
    const readers = context.index(dnsReaders);
    const isCluster = subject.kind === 'CiliumClusterwideNetworkPolicy';
    if (readers.has('') || readers.has(subject.namespace) || (isCluster && readers.size > 0)) return;
    for (const { rules } of ciliumSpecsOf(subject)) {
      const rule = rules.find(({ isDeny, peers }) => !isDeny && peers.includes('toFQDNs'));
      if (!rule) continue;
      context.report(subject, [...rule.path, 'toFQDNs'], {
        message:
          'Cilium learns addresses of names from answers of DNS that pass its proxy, which takes a rule for port 53 with `rules.dns`. No policy here has one, so these names match nothing.',
        part: 'key',
        fixes: [
          {
            title: 'Let Cilium read the answers of the cluster’s DNS',
            isPreferred: true,
            changes: [
              {
                type: 'append-item',
                object: subject,
                path: rule.path.slice(0, -1),
                value: {
                  toEndpoints: [
                    { matchLabels: { 'k8s:io.kubernetes.pod.namespace': 'kube-system', 'k8s:k8s-app': 'kube-dns' } },
                  ],
                  toPorts: [{ ports: [{ port: '53', protocol: 'ANY' }], rules: { dns: [{ matchPattern: '*' }] } }],
                },
              },
            ],
          },
        ],
      });
    }
  },
};
