import { fieldOf } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { KindKey, MeshObject } from '../../../model/mesh-object.ts';
import { kindKey } from '../../../model/mesh-object.ts';
import { formatIpRange, parseIpRange } from '../../semantics/ip-ranges.ts';
import type { TextSite } from '../admission/sites.ts';
import { isText, sitesBelow, sitesIn, textsIn } from '../admission/sites.ts';
import type { ObjectCheck } from '../check.ts';
import { ciliumPolicyKinds, ciliumSpecsOf } from '../cilium/cilium-view.ts';
import { replacements } from '../replacements.ts';

const egressNetworks = ['egress[].to[].networks[]'];
const blocks = (list: string): readonly string[] => [`${list}[].ipBlock.cidr`, `${list}[].ipBlock.except[]`];

/** Where kinds take ranges of addresses. All of them accept such a range, and mask it where they compare. */
const patterns: ReadonlyMap<KindKey, readonly string[]> = new Map<KindKey, readonly string[]>([
  [Kinds.service, ['loadBalancerSourceRanges[]']],
  [Kinds.networkPolicy, [...blocks('ingress[].from'), ...blocks('egress[].to')]],
  [Kinds.adminNetworkPolicy, egressNetworks],
  [Kinds.baselineAdminNetworkPolicy, egressNetworks],
  [Kinds.clusterNetworkPolicy, egressNetworks],
  [Kinds.serviceEntry, ['addresses[]']],
  [Kinds.virtualService, ['tls[].match[].destinationSubnets[]', 'tcp[].match[].destinationSubnets[]']],
  [
    Kinds.authorizationPolicy,
    ['ipBlocks', 'notIpBlocks', 'remoteIpBlocks', 'notRemoteIpBlocks'].map(
      (field) => `rules[].from[].source.${field}[]`,
    ),
  ],
  [Kinds.linkerdNetworkAuthentication, ['networks[].cidr', 'networks[].except[]']],
]);

const ciliumPatterns = ['from', 'to'].flatMap((side) => [
  `${side}CIDR[]`,
  `${side}CIDRSet[].cidr`,
  `${side}CIDRSet[].except[]`,
]);

/** Conditions of `when` that compare with ranges. */
const addressKeys: ReadonlySet<unknown> = new Set(['source.ip', 'remote.ip', 'destination.ip']);

export const hostBits: ObjectCheck = {
  scope: 'object',
  code: 'MESH1119',
  rule: 'host-bits',
  aliases: [],
  severity: 'warning',
  summary: 'A range of addresses is written with an address inside of it, and is wider than that looks.',
  subject: [...patterns.keys(), ...ciliumPolicyKinds],
  inputs: [],
  run(context) {
    const { subject } = context;
    for (const { path, value } of rangesOf(subject)) {
      const range = parseIpRange(value);
      const whole = range && formatIpRange(range);
      const written = parseIpRange(value.replace(/\/\d+$/, range?.family === 6 ? '/128' : '/32'));
      if (!range || !written || whole === undefined || written.start === range.start) continue;
      context.report(subject, path, {
        message: `\`${value}\` is all of \`${whole}\`: what is behind the first ${String(range.prefixLength)} bits does not count.`,
        part: 'value',
        fixes: replacements(subject, path, [whole, formatIpRange(written)]),
      });
    }
  },
};

function rangesOf(subject: MeshObject): readonly TextSite[] {
  const kind = kindKey(subject);
  if (ciliumPolicyKinds.includes(kind)) {
    const rules = ciliumSpecsOf(subject).flatMap((spec) => spec.rules);
    return rules.flatMap(({ path, value }) => sitesBelow(value, path, ...ciliumPatterns)).filter(isText);
  }
  const conditions = kind === Kinds.authorizationPolicy ? sitesIn(subject, 'rules[].when[]') : [];
  return [
    ...textsIn(subject, ...(patterns.get(kind) ?? [])),
    ...conditions
      .filter(({ value }) => addressKeys.has(fieldOf(value, 'key')))
      .flatMap(({ value, path }) => sitesBelow(value, path, 'values[]', 'notValues[]'))
      .filter(isText),
  ];
}
