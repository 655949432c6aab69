import { fieldOf, stringOf } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import { isProxyOnly } from '../../semantics/mesh-membership.ts';
import { serverMtlsOf } from '../../semantics/mutual-tls.ts';
import type { ObjectCheck } from '../check.ts';
import { namespaceDirectory } from '../directories/namespace-directory.ts';
import { peerAuthentications } from '../directories/peer-authentications.ts';
import { portsOf, selectorOfService } from '../directories/selecting-services.ts';
import { workloadDirectory } from '../directories/workload-directory.ts';
import { membershipIn } from '../directories/workload-membership.ts';
import { isCaptured } from './workload-probes.ts';

export const strictForOutside: ObjectCheck = {
  scope: 'object',
  code: 'MESH1757',
  rule: 'strict-for-outside',
  aliases: [],
  severity: 'warning',
  summary: 'A Service is open to clients outside of the cluster, but its workloads take mutual TLS of the mesh only.',
  subject: Kinds.service,
  inputs: [workloadDirectory, namespaceDirectory, peerAuthentications],
  run(context) {
    const { subject, isNamespaceKnown, settings } = context;
    const type = stringOf(fieldOf(subject.spec, 'type'));
    if (!isNamespaceKnown || (type !== 'LoadBalancer' && type !== 'NodePort')) return;
    const selector = selectorOfService(subject);
    if (Object.keys(selector).length === 0) return;
    const workloads = context.index(workloadDirectory).selectedIn(subject.namespace, selector);
    const policies = context.index(peerAuthentications);
    const ports = portsOf(subject).filter(({ transport }) => transport === 'TCP');
    const areClosed =
      workloads.length > 0 &&
      ports.length > 0 &&
      workloads.every(
        (workload) =>
          // A gateway is where clients from outside are meant to arrive.
          !isProxyOnly(workload) &&
          membershipIn(context, workload) === 'sidecar' &&
          ports.every(({ target }) => {
            const port =
              typeof target === 'number' ? target : workload.ports.find(({ name }) => name === target)?.number;
            return (
              port !== undefined &&
              isCaptured(workload, port) &&
              serverMtlsOf(policies, settings, workload.namespace, workload.labels, port).mode === 'STRICT'
            );
          }),
      );
    const [first] = workloads;
    if (!areClosed || !first) return;
    context.report(subject, ['spec', 'type'], {
      message: `Clients outside of the cluster have no identity of the mesh, and \`${first.object.name}\` takes STRICT mutual TLS: their connections are closed. Lead them through a gateway, or set the mode of this port to PERMISSIVE.`,
      part: 'value',
      related: [
        { message: `${first.object.kind} ${first.object.name}`, object: first.object, path: ['metadata', 'name'] },
      ],
    });
  },
};
