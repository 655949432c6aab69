import { didYouMean, misspellingsOf, nearestNames } from '../../../../shared/nearest-names.ts';
import { fieldOf, stringOf } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { ObjectCheck } from '../check.ts';

/** Classes that controllers make themselves when they start, so that no file declares them. */
const selfMade = [
  'istio',
  'istio-remote',
  'istio-waypoint',
  'istio-east-west',
  'agentgateway',
  'agentgateway-waypoint',
  'cilium',
  'kgateway',
  'kgateway-waypoint',
  'traefik',
  'nginx',
  'kong',
  'contour',
  'eg',
  'gke-l7-global-external-managed',
  'gke-l7-regional-external-managed',
  'gke-l7-rilb',
  'gke-l7-gxlb',
  'azure-alb-external',
  'amazon-vpc-lattice',
];

export const unknownGatewayClass: ObjectCheck = {
  scope: 'object',
  code: 'MESH3013',
  rule: 'unknown-gateway-class',
  aliases: ['KIA1504'],
  severity: 'error',
  summary: 'A Gateway is of a class that does not exist, so no controller serves it.',
  subject: Kinds.kubernetesGateway,
  inputs: [Kinds.gatewayClass],
  run(context) {
    const { subject } = context;
    const name = stringOf(fieldOf(subject.spec, 'gatewayClassName'));
    const classes = context.ofKind(Kinds.gatewayClass);
    if (name === undefined || name === '' || classes.some((each) => each.name === name)) return;
    const isClusterKnown = context.isComplete(Kinds.gatewayClass);
    if (!isClusterKnown && selfMade.includes(name)) return;
    const declared = classes.map((each) => each.name);
    // Files seldom declare classes: what is no misspelling of a known one may exist.
    const near = isClusterKnown ? nearestNames(name, declared) : misspellingsOf(name, [...declared, ...selfMade]);
    if (!isClusterKnown && near.length === 0) return;
    const path = ['spec', 'gatewayClassName'];
    context.report(subject, path, {
      message: `No GatewayClass \`${name}\`, so no controller serves this Gateway.${didYouMean(near)}`,
      part: 'value',
      fixes: near.map((value, index) => ({
        title: `Replace with \`${value}\``,
        isPreferred: index === 0,
        changes: [{ type: 'replace-value', object: subject, path, value }],
      })),
    });
  },
};
