import { parse } from 'yaml';
import type { MeshSettings } from '../../../../shared/mesh-settings.ts';
import { fieldOf, isRecord, recordOf, stringOf, type UntrustedRecord } from '../../../../shared/untrusted.ts';
import type { Snapshot } from '../../../model/snapshot.ts';
import { gatewayApiOf } from './gateway-api.ts';
import { istioControlPlanes, type IstioControlPlane } from './istio-control-planes.ts';

/** A mesh config is a few kilobytes; a ConfigMap cannot hold more than a mebibyte. */
const maximumLength = 1_048_576;

/** Settings that the cluster itself tells, for a revision of Istio; without one, for `default`, else the first. */
export function meshSettingsOf(snapshot: Snapshot, revision?: string): MeshSettings {
  const planes = istioControlPlanes(snapshot);
  const plane =
    planes.find((candidate) => candidate.revision === (revision ?? 'default')) ??
    (revision === undefined ? planes[0] : undefined);
  const channel = gatewayApiOf(snapshot)?.channel;
  const clusterDomain = plane?.clusterDomain ?? domainOfCoreDns(snapshot);
  return {
    ...(plane ? istioSettings(snapshot, plane) : {}),
    ...(clusterDomain === undefined ? {} : { clusterDomain }),
    ...(channel === undefined ? {} : { gatewayApiChannel: channel }),
  };
}

function istioSettings(snapshot: Snapshot, { namespace, revision }: IstioControlPlane): MeshSettings {
  // Istio names the ConfigMap of every revision but the default one after it.
  const name = revision === 'default' ? 'istio' : `istio-${revision}`;
  const map = snapshot.find('core/ConfigMap', namespace, name);
  const meshConfig = yamlRecord(fieldOf(fieldOf(map?.rest, 'data'), 'mesh'));
  const meshNetworks = yamlRecord(fieldOf(fieldOf(map?.rest, 'data'), 'meshNetworks'));
  const trustDomain = textOf(fieldOf(meshConfig, 'trustDomain'));
  return {
    rootNamespace: textOf(fieldOf(meshConfig, 'rootNamespace')) ?? namespace,
    ...(trustDomain === undefined ? {} : { trustDomain }),
    ...(meshConfig === undefined ? {} : { meshConfig }),
    ...(meshNetworks === undefined ? {} : { meshNetworks }),
  };
}

const textOf = (value: unknown): string | undefined => stringOf(value) || undefined;

/** Broken YAML reads as nothing: istiod, too, goes on with what it had. */
function yamlRecord(value: unknown): UntrustedRecord | undefined {
  const text = stringOf(value);
  if (text === undefined || text.length > maximumLength) return undefined;
  try {
    const parsed: unknown = parse(text, { version: '1.1', logLevel: 'error' });
    return isRecord(parsed) ? recordOf(parsed) : undefined;
  } catch {
    return undefined;
  }
}

/** The plugin `kubernetes` of the Corefile names the domains it answers for, the cluster's own first. */
function domainOfCoreDns(snapshot: Snapshot): string | undefined {
  const map = snapshot.find('core/ConfigMap', 'kube-system', 'coredns');
  const corefile = stringOf(fieldOf(fieldOf(map?.rest, 'data'), 'Corefile'));
  return corefile === undefined ? undefined : /^\s*kubernetes\s+([a-z0-9][a-z0-9.-]*)/m.exec(corefile)?.[1];
}
