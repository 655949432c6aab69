import { fieldOf, stringOf } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { Labels, MeshObject } from '../../../model/mesh-object.ts';
import { selectorMatches } from '../../semantics/hosts.ts';
import { parseIpRange, rangeCovers } from '../../semantics/ip-ranges.ts';
import { isProxyOnly } from '../../semantics/mesh-membership.ts';
import { readPolicyTarget } from '../../semantics/policy-target.ts';
import { conditionValues } from '../authorization/authorization-view.ts';
import type { Index, ObjectCheck } from '../check.ts';
import { policyWorkloads } from '../directories/selected-workloads.ts';
import { selectorOfService } from '../directories/selecting-services.ts';
import { workloadDirectory } from '../directories/workload-directory.ts';

interface PublicService {
  readonly object: MeshObject;
  readonly selector: Labels;
}

/** Services open to the outside that let any node pass on connections, under an address of its own. */
const passedOn: Index<readonly PublicService[]> = {
  inputs: [Kinds.service],
  relevant: (object) => isPassedOn(object) && selectorOfService(object),
  build: (objects) =>
    objects
      .ofKind(Kinds.service)
      .filter(isPassedOn)
      .map((object) => ({ object, selector: selectorOfService(object) })),
};

function isPassedOn({ spec }: MeshObject): boolean {
  const type = stringOf(fieldOf(spec, 'type'));
  return (type === 'LoadBalancer' || type === 'NodePort') && fieldOf(spec, 'externalTrafficPolicy') !== 'Local';
}

/** Addresses that clusters use inside. */
const inside = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', 'fc00::/7'].flatMap(
  (range) => parseIpRange(range) ?? [],
);

export const hiddenClientAddress: ObjectCheck = {
  scope: 'object',
  code: 'MESH1759',
  rule: 'hidden-client-address',
  aliases: [],
  severity: 'information',
  summary: 'A policy of a gateway goes by the address of the client, which the Service in front of it may hide.',
  subject: Kinds.authorizationPolicy,
  inputs: [workloadDirectory, passedOn],
  run(context) {
    const { subject } = context;
    const value = conditionValues(subject).find(
      ({ key, value: range }) => ['ipBlocks', 'notIpBlocks', 'source.ip'].includes(key) && isOutside(range),
    );
    const { selector, references } = readPolicyTarget(subject.spec);
    if (!value || !selector || references.length > 0) return;
    const proxies = policyWorkloads(context, selector);
    if (proxies.length === 0 || !proxies.every(isProxyOnly)) return;
    const service = context
      .index(passedOn)
      .find(({ object, selector: labels }) =>
        proxies.some(
          (proxy) =>
            proxy.namespace === object.namespace &&
            Object.keys(labels).length > 0 &&
            selectorMatches(labels, proxy.labels),
        ),
      );
    if (!service) return;
    context.report(subject, value.part === 'when' ? value.path : value.list, {
      message: `Service \`${service.object.name}\` has no \`externalTrafficPolicy: Local\`: nodes pass on connections under their own address, unless the load balancer goes to the pods itself. The address compared here is then not the client’s. Behind a proxy that adds X-Forwarded-For, \`remoteIpBlocks\` is the one to use.`,
      part: value.part === 'when' ? 'value' : 'key',
      related: [{ message: 'The Service in front of the gateway.', object: service.object, path: ['spec', 'type'] }],
    });
  },
};

function isOutside(text: string): boolean {
  const range = parseIpRange(text.includes('/') ? text : `${text}/${text.includes(':') ? '128' : '32'}`);
  return range !== undefined && !inside.some((wide) => rangeCovers(wide, range));
}
