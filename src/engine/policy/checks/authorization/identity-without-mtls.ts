import type { Severity } from '../../../../shared/diagnostics.ts';
import { Kinds } from '../../../model/kinds.ts';
import { selectorMatches } from '../../semantics/hosts.ts';
import type { ServerMtls } from '../../semantics/mutual-tls.ts';
import { isAutoMtls, serverModesOf } from '../../semantics/mutual-tls.ts';
import { readPolicyTarget } from '../../semantics/policy-target.ts';
import type { WorkloadView } from '../../semantics/workloads.ts';
import type { CheckContext, ObjectCheck } from '../check.ts';
import { peerAuthentications } from '../directories/peer-authentications.ts';
import { policyWorkloads } from '../directories/selected-workloads.ts';
import { namespaceDirectory } from '../directories/namespace-directory.ts';
import { workloadDirectory } from '../directories/workload-directory.ts';
import { membershipIn } from '../directories/workload-membership.ts';
import { readGateway } from '../gateways/gateway-directory.ts';
import { isSurelyGateway } from '../gateways/gateway-proxies.ts';
import { conditionValues } from './authorization-view.ts';
import { meshClientMtls } from './mesh-client-mtls.ts';

/** Conditions that look at the certificate of the caller. */
const ofSource = /^(?:not)?(?:principals|namespaces|serviceAccounts|trustDomains)$/i;
const ofWhen: ReadonlySet<string> = new Set([
  'source.principal',
  'source.namespace',
  'source.serviceAccount',
  'source.trustDomain',
  'connection.sni',
]);

export const identityWithoutMtls: ObjectCheck = {
  scope: 'object',
  code: 'MESH1704',
  rule: 'identity-without-mtls',
  aliases: ['KIA0105'],
  severity: 'error',
  summary: 'An AuthorizationPolicy asks who calls, but its workloads take no mutual TLS, so nobody is known.',
  subject: Kinds.authorizationPolicy,
  inputs: [peerAuthentications, namespaceDirectory, workloadDirectory, meshClientMtls, Kinds.gateway],
  run(context) {
    const { subject } = context;
    const values = conditionValues(subject).filter(({ key, part }) =>
      part === 'when' ? ofWhen.has(key) : part === 'source' && ofSource.test(key),
    );
    if (values.length === 0) return;
    const reason = whyPlaintext(context);
    if (!reason) return;
    const seen = new Set<string>();
    for (const { key, list, isNegative } of values) {
      if (seen.has(list.join())) continue;
      seen.add(list.join());
      const effect = isNegative ? 'always holds' : 'never holds';
      const isWhen = list.at(-1) === 'values' || list.at(-1) === 'notValues';
      context.report(subject, isWhen ? [...list.slice(0, -1), 'key'] : list, {
        message: `\`${key}\` ${effect}: ${reason.message}`,
        part: isWhen ? 'value' : 'key',
        related: reason.related,
        ...(reason.severity && { severity: reason.severity }),
      });
    }
  },
};

interface Reason {
  readonly message: string;
  /** Instead of that of the rule. */
  readonly severity?: Severity;
  readonly related: readonly {
    readonly message: string;
    readonly object: CheckContext['subject'];
    readonly path: readonly (string | number)[];
  }[];
}

/** Why no caller of the selected workloads has a certificate; undefined where one may have. */
function whyPlaintext(context: CheckContext): Reason | undefined {
  const { subject, settings } = context;
  const index = context.index(peerAuthentications);
  const { selector, references } = readPolicyTarget(subject.spec);
  if (references.length > 0) return undefined;
  const workloads = policyWorkloads(context, selector ?? {});
  if (workloads.length > 0 && workloads.every(isSurelyGateway)) return whyUnknownAtGateway(context, workloads);
  // In ambient mode nothing switches it off.
  if (workloads.some((workload) => membershipIn(context, workload) === 'ambient')) return undefined;
  const places = workloads.length > 0 ? workloads : [{ namespace: subject.namespace, labels: selector ?? {} }];
  const modes: readonly ServerMtls[] = places.flatMap((place) => serverModesOf(index, settings, place));
  if (modes.every(({ mode }) => mode === 'DISABLE')) {
    const source = modes[0]?.source;
    const { namespace = '', name = '' } = source?.resource ?? {};
    const policy = [...index.values()]
      .flat()
      .find(({ object }) => object.namespace === namespace && object.name === name)?.object;
    return {
      message: 'mutual TLS is switched off for these workloads, so callers have no identity.',
      related: policy && source ? [{ message: 'It is switched off here.', object: policy, path: source.path }] : [],
    };
  }
  // Without automatic mutual TLS clients use it only where a DestinationRule says so.
  const isDemanded = modes.some(({ mode }) => mode === 'STRICT');
  if (isAutoMtls(settings) || isDemanded || context.index(meshClientMtls)) return undefined;
  return {
    message: 'automatic mutual TLS is off and no DestinationRule switches it on, so callers have no identity.',
    related: [],
  };
}

/** Modes in which a server takes certificates of clients. */
const takesCertificates: ReadonlySet<unknown> = new Set(['MUTUAL', 'ISTIO_MUTUAL', 'OPTIONAL_MUTUAL']);

/** At a gateway it is its servers that take certificates, whatever PeerAuthentications say. */
function whyUnknownAtGateway(context: CheckContext, proxies: readonly WorkloadView[]): Reason | undefined {
  const gateways = context
    .ofKind(Kinds.gateway)
    .map(readGateway)
    .filter(({ selector }) => proxies.some(({ labels }) => selectorMatches(selector, labels)));
  const servers = gateways.flatMap((gateway) => gateway.servers);
  const [first] = gateways;
  if (!first || servers.some(({ tls }) => takesCertificates.has(tls?.mode))) return undefined;
  return {
    message: `no server of Gateway \`${first.object.name}\` asks clients for a certificate, so they have no identity.`,
    // Another Gateway of the same proxies may be kept elsewhere.
    ...(!context.isComplete(Kinds.gateway) && { severity: 'warning' as const }),
    related: gateways
      .slice(0, 3)
      .map(({ object }) => ({ message: `Gateway ${object.name}.`, object, path: ['spec', 'servers'] })),
  };
}
