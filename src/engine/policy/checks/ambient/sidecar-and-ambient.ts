import type { FieldPath } from '../../../../shared/text.ts';
import { isProxyOnly } from '../../semantics/mesh-membership.ts';
import type { WorkloadView } from '../../semantics/workloads.ts';
import { podKinds, readWorkload } from '../../semantics/workloads.ts';
import type { ObjectCheck } from '../check.ts';

const inject = 'sidecar.istio.io/inject';
const dataPlane = 'istio.io/dataplane-mode';
const redirection = 'ambient.istio.io/redirection';

export const sidecarAndAmbient: ObjectCheck = {
  scope: 'object',
  code: 'MESH2106',
  rule: 'sidecar-and-ambient',
  aliases: ['KIA1311', 'KIA1314', 'KIA1315'],
  severity: 'error',
  summary: 'A pod asks for a sidecar and for ambient mode; it can have one of them.',
  subject: podKinds,
  inputs: [],
  run(context) {
    const { subject } = context;
    const workload = readWorkload(subject);
    // A gateway is a proxy itself, and ambient mode is for it as for other pods.
    const found = workload && !isProxyOnly(workload) ? contradiction(workload) : undefined;
    if (found) context.report(subject, found.path, { message: found.message, part: found.part });
  },
};

function contradiction({
  labels,
  annotations,
  containers,
  template,
}: WorkloadView): { readonly path: FieldPath; readonly message: string; readonly part: 'key' | 'value' } | undefined {
  const metadata = [...template, 'metadata'];
  const isAmbient = labels[dataPlane] === 'ambient';
  const proxy = containers.find(({ name }) => name === 'istio-proxy');
  if (isAmbient && labels[inject] === 'true') {
    const message = `\`${inject}\` asks for a sidecar, so ambient mode leaves the pod alone.`;
    return { path: [...metadata, 'labels', dataPlane], message, part: 'key' };
  }
  if (isAmbient && proxy) {
    const message = 'The pod has a sidecar, so ambient mode leaves it alone.';
    return { path: [...metadata, 'labels', dataPlane], message, part: 'key' };
  }
  if (annotations[redirection] === 'enabled' && labels[inject] === 'true') {
    const message = 'The traffic of this pod is redirected to ztunnel, and it is to have a sidecar too.';
    return { path: [...metadata, 'labels', inject], message, part: 'key' };
  }
  return undefined;
}
