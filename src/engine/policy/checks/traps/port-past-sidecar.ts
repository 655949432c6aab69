import { policiesOfWorkload } from '../../semantics/authorization.ts';
import { readPolicyTarget } from '../../semantics/policy-target.ts';
import { podKinds, readWorkload } from '../../semantics/workloads.ts';
import { conditionValues } from '../authorization/authorization-view.ts';
import type { ObjectCheck } from '../check.ts';
import { authorizationPolicies } from '../directories/authorization-policies.ts';
import { portsOf, selectingServices } from '../directories/selecting-services.ts';
import { perObject } from '../per-object.ts';
import { isCaptured } from './workload-probes.ts';

const annotation = 'traffic.sidecar.istio.io/excludeInboundPorts';

const workloadOf = perObject(readWorkload);

export const portPastSidecar: ObjectCheck = {
  scope: 'object',
  code: 'MESH1755',
  rule: 'port-past-sidecar',
  aliases: [],
  severity: 'warning',
  summary: 'An AuthorizationPolicy is for a port whose connections a workload keeps away from its sidecar.',
  subject: podKinds,
  inputs: [authorizationPolicies, selectingServices],
  run(context) {
    const { subject, isNamespaceKnown, settings } = context;
    const workload = workloadOf(subject);
    if (!workload || !isNamespaceKnown || workload.annotations[annotation] === undefined) return;
    const policies = policiesOfWorkload(context.index(authorizationPolicies), settings.rootNamespace, workload).filter(
      ({ spec }) => readPolicyTarget(spec).selector !== undefined,
    );
    const targets = context.index(selectingServices).of(workload).flatMap(portsOf);
    const served = new Set(
      targets.flatMap(({ target }) =>
        typeof target === 'number'
          ? target
          : workload.ports.filter(({ name }) => name === target).map(({ number }) => number),
      ),
    );
    for (const port of served) {
      if (isCaptured(workload, port)) continue;
      // A policy for ports by name, or for a workload with one port only, is for this one.
      const bypassed = policies.find((policy) => {
        const ports = conditionValues(policy).filter(({ key }) => key === 'ports' || key === 'destination.port');
        return ports.length === 0 ? served.size === 1 : ports.some(({ value }) => value === String(port));
      });
      if (!bypassed) continue;
      context.report(subject, [...workload.template, 'metadata', 'annotations', annotation], {
        message: `Connections to port ${String(port)} do not go through the sidecar, so AuthorizationPolicy \`${bypassed.name}\` does not apply to them: anybody may call.`,
        part: 'value',
        related: [{ message: 'The policy that is passed by.', object: bypassed, path: ['metadata', 'name'] }],
      });
      return;
    }
  },
};
