import type { MeshInstallation } from '../../../../shared/cluster.ts';
import { fieldOf, stringOf } from '../../../../shared/untrusted.ts';
import type { Snapshot } from '../../../model/snapshot.ts';
import { imageVersion, podView } from './pod-view.ts';

/**
 * Cilium, and which traffic its ConfigMap has encrypted (https://docs.cilium.io/en/stable/security/network/encryption/):
 * both ways cover pods on different nodes; traffic within a node never leaves it and stays plain; nodes' own traffic is
 * covered by WireGuard only, with `encrypt-node`.
 */
export function detectCilium(snapshot: Snapshot): MeshInstallation | undefined {
  const settings = snapshot.ofKind('core/ConfigMap').find(({ name }) => name === 'cilium-config');
  const agent = snapshot
    .ofKind('apps/DaemonSet')
    .find(({ name, labels }) => labels['k8s-app'] === 'cilium' || name === 'cilium');
  const found = settings ?? agent;
  if (!found) return undefined;
  const data = fieldOf(settings?.rest, 'data');
  const isOn = (name: string): boolean => stringOf(fieldOf(data, name)) === 'true';
  const image = agent && podView(agent).containers.find(({ name }) => name === 'cilium-agent')?.image;
  const version = image === undefined ? undefined : imageVersion(image);
  const encryption = isOn('enable-wireguard') ? 'wireguard' : isOn('enable-ipsec') ? 'ipsec' : 'none';
  const start = `Cilium ${version ?? 'of unknown version'} in ${found.namespace}`;
  return {
    kind: 'cilium',
    namespace: found.namespace,
    ...(version === undefined ? {} : { version }),
    ...(settings ? { encryption } : {}),
    summary: `${start}; ${settings ? covered(encryption, isOn('encrypt-node')) : 'its settings (ConfigMap cilium-config) may not be read, so whether it encrypts is not known'}.`,
  };
}

function covered(encryption: 'wireguard' | 'ipsec' | 'none', nodes: boolean): string {
  if (encryption === 'none') return 'traffic between nodes is not encrypted';
  if (encryption === 'ipsec')
    return 'traffic between pods on different nodes is encrypted by IPsec, traffic of the nodes themselves is not';
  return nodes
    ? 'traffic between nodes, that of pods and of the nodes themselves, is encrypted by WireGuard'
    : 'traffic between pods on different nodes is encrypted by WireGuard, traffic of the nodes themselves is not';
}
