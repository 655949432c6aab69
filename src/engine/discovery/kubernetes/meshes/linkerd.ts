import { parse } from 'yaml';
import type { MeshInstallation } from '../../../../shared/cluster.ts';
import { fieldOf, stringOf } from '../../../../shared/untrusted.ts';
import type { Snapshot } from '../../../model/snapshot.ts';
import { imageVersion, podView } from './pod-view.ts';

/** Linkerd by its settings (ConfigMap `linkerd-config`) or by its control plane's label. */
export function detectLinkerd(snapshot: Snapshot): MeshInstallation | undefined {
  const settings = snapshot.ofKind('core/ConfigMap').find(({ name }) => name === 'linkerd-config');
  const destination = snapshot
    .ofKind('apps/Deployment')
    .find(({ labels }) => labels['linkerd.io/control-plane-component'] === 'destination');
  const found = settings ?? destination;
  if (!found) return undefined;
  const proxy = destination && podView(destination).containers.find(({ name }) => name === 'linkerd-proxy');
  const version =
    versionOfSettings(fieldOf(fieldOf(settings?.rest, 'data'), 'values')) ??
    destination?.labels['app.kubernetes.io/version'] ??
    (proxy && imageVersion(proxy.image));
  return {
    kind: 'linkerd',
    namespace: found.namespace,
    ...(version === undefined ? {} : { version }),
    summary: `Linkerd ${version ?? 'of unknown version'} in ${found.namespace}.`,
  };
}

function versionOfSettings(values: unknown): string | undefined {
  const text = stringOf(values);
  if (text === undefined) return undefined;
  try {
    return stringOf(fieldOf(parse(text, { logLevel: 'error' }), 'linkerdVersion')) || undefined;
  } catch {
    return undefined;
  }
}
