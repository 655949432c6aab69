import { Kinds } from '../../../model/kinds.ts';
import { readPolicyTarget } from '../../semantics/policy-target.ts';
import type { ObjectCheck } from '../check.ts';

export const rootAuthenticationSelector: ObjectCheck = {
  scope: 'object',
  code: 'MESH1760',
  rule: 'root-authentication-selector',
  aliases: [],
  severity: 'warning',
  summary: 'A PeerAuthentication of the root namespace selects workloads, so Istio leaves it out.',
  subject: Kinds.peerAuthentication,
  inputs: [],
  run(context) {
    const { subject, settings, isNamespaceKnown } = context;
    const { selector = {} } = readPolicyTarget(subject.spec);
    if (!isNamespaceKnown || subject.namespace !== settings.rootNamespace || Object.keys(selector).length === 0) return;
    context.report(subject, ['spec', 'selector'], {
      message: `In the root namespace, \`${subject.namespace}\`, a PeerAuthentication is for the whole mesh; with a \`selector\` it is for nobody. Put it into the namespace of the workloads.`,
      part: 'key',
    });
  },
};
