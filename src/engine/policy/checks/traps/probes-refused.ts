import type { FieldPath } from '../../../../shared/text.ts';
import { fieldOf, isRecord, numberOf, stringOf, valueAt } from '../../../../shared/untrusted.ts';
import { serverMtlsOf } from '../../semantics/mutual-tls.ts';
import type { WorkloadView } from '../../semantics/workloads.ts';
import { podKinds, readWorkload } from '../../semantics/workloads.ts';
import type { ObjectCheck } from '../check.ts';
import { namespaceDirectory } from '../directories/namespace-directory.ts';
import { peerAuthentications } from '../directories/peer-authentications.ts';
import { membershipIn } from '../directories/workload-membership.ts';
import { perObject } from '../per-object.ts';

const rewriteAnnotation = 'sidecar.istio.io/rewriteAppHTTPProbers';
const excludeAnnotation = 'traffic.sidecar.istio.io/excludeInboundPorts';

interface Probe {
  readonly path: FieldPath;
  readonly port: number;
}

const workloadOf = perObject(readWorkload);

export const probesRefused: ObjectCheck = {
  scope: 'object',
  code: 'MESH1750',
  rule: 'probes-refused',
  aliases: [],
  severity: 'warning',
  summary:
    'Probes of a pod are not rewritten, and its sidecar refuses them, since the kubelet has no identity of the mesh.',
  subject: podKinds,
  inputs: [namespaceDirectory, peerAuthentications],
  run(context) {
    const { subject, isNamespaceKnown, settings } = context;
    const workload = workloadOf(subject);
    if (workload?.annotations[rewriteAnnotation] !== 'false' || !isNamespaceKnown) return;
    if (membershipIn(context, workload) !== 'sidecar') return;
    const excluded = (workload.annotations[excludeAnnotation] ?? '').split(',').map((port) => port.trim());
    for (const { path, port } of probesOf(workload)) {
      if (excluded.includes('*') || excluded.includes(String(port))) continue;
      const index = context.index(peerAuthentications);
      const { mode } = serverMtlsOf(index, settings, subject.namespace, workload.labels, port);
      if (mode !== 'STRICT') continue;
      const annotation = [...workload.template, 'metadata', 'annotations', rewriteAnnotation];
      context.report(subject, annotation, {
        message: `With this, the kubelet asks port ${String(port)} in plain text, and there mutual TLS is STRICT: the probe fails.`,
        part: 'value',
        related: [{ message: 'The probe.', object: subject, path }],
        fixes: [
          {
            title: 'Let probes be rewritten',
            isPreferred: true,
            changes: [{ type: 'remove', object: subject, path: annotation }],
          },
        ],
      });
      return;
    }
  },
};

/** Probes that send a request; one that only connects is content with the sidecar. */
function probesOf({ object, containers, ports }: WorkloadView): readonly Probe[] {
  return containers.flatMap(({ path }) =>
    ['livenessProbe', 'readinessProbe', 'startupProbe'].flatMap((key) => {
      const probe = valueAt(object, [...path, key]);
      const asked = fieldOf(probe, 'httpGet') ?? fieldOf(probe, 'grpc');
      if (!isRecord(asked)) return [];
      const name = stringOf(asked.port);
      const port = numberOf(asked.port) ?? ports.find((each) => each.name === name)?.number;
      return port === undefined ? [] : [{ path: [...path, key], port }];
    }),
  );
}
