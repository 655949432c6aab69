import { Kinds } from '../../../model/kinds.ts';
import type { ObjectCheck } from '../check.ts';

/** The oldest release of the Gateway API of which Istio serves the kind. */
const minimum: ReadonlyMap<string, readonly [number, number]> = new Map([
  ['grpcroutes.gateway.networking.k8s.io', [1, 1]],
  ['backendtlspolicies.gateway.networking.k8s.io', [1, 4]],
  ['tlsroutes.gateway.networking.k8s.io', [1, 5]],
  ['tcproutes.gateway.networking.k8s.io', [1, 6]],
]);

const annotation = 'gateway.networking.k8s.io/bundle-version';

export const gatewayApiVersion: ObjectCheck = {
  scope: 'object',
  code: 'MESH2306',
  rule: 'gateway-api-version',
  aliases: ['IST0176'],
  severity: 'warning',
  summary: 'A CustomResourceDefinition of the Gateway API is older than what Istio reads, so its objects are ignored.',
  subject: Kinds.customResourceDefinition,
  inputs: [],
  run(context) {
    const { subject } = context;
    const needed = minimum.get(subject.name);
    const installed = subject.annotations[annotation];
    const [, major, minor] = /^v?(\d+)\.(\d+)\.\d+/.exec(installed ?? '') ?? [];
    if (!needed || installed === undefined || major === undefined || minor === undefined) return;
    if (Number(major) > needed[0] || (Number(major) === needed[0] && Number(minor) >= needed[1])) return;
    context.report(subject, ['metadata', 'annotations', annotation], {
      message: `Istio reads this kind from Gateway API ${needed.join('.')} on; of \`${installed}\` it ignores the objects without a word.`,
      part: 'value',
    });
  },
};
