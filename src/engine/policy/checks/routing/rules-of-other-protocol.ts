import { fieldOf, stringOf } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { CheckContext, ObjectCheck } from '../check.ts';
import type { ServerView } from '../gateways/gateway-directory.ts';
import { routedServers } from '../gateways/gateway-directory.ts';
import { boundInputs, meshServicesOf, serversOf } from './bound-gateways.ts';
import type { RouteType } from './virtual-service-view.ts';
import { gatewaysOf, hostsOf, rulesOf } from './virtual-service-view.ts';

export const rulesOfOtherProtocol: ObjectCheck = {
  scope: 'object',
  code: 'MESH1363',
  rule: 'rules-of-other-protocol',
  aliases: [],
  severity: 'warning',
  summary: 'Rules are for a protocol that no gateway or host of their VirtualService speaks, so they never apply.',
  subject: Kinds.virtualService,
  inputs: boundInputs,
  run(context) {
    const { subject } = context;
    const types = new Set(rulesOf(subject).map(({ type }) => type));
    if (hostsOf(subject).length === 0 || types.size === 0) return;
    const spoken = protocolsOf(context);
    if (!spoken || spoken.size === 0) return;
    for (const type of types) {
      if (spoken.has(type)) continue;
      const others = [...spoken].map((each) => `\`${each}\``).join(' and ');
      context.report(subject, ['spec', type], {
        message: `${reasons[type]} What comes here is for rules of ${others}.`,
        part: 'key',
      });
    }
  },
};

const reasons: Readonly<Record<RouteType, string>> = {
  http: 'No port of these hosts and gateways carries HTTP that a proxy can read, so these rules never apply.',
  tls: 'No port of these hosts and gateways passes TLS on unopened, so these rules never apply.',
  tcp: 'No port of these hosts and gateways carries plain connections, so these rules never apply.',
};

/** Types of rules that may apply; undefined where not everything is known. */
function protocolsOf(context: CheckContext): ReadonlySet<RouteType> | undefined {
  const found = new Set<RouteType>();
  for (const name of gatewaysOf(context.subject)) {
    const servers = name === 'mesh' ? undefined : serversOf(context, name);
    const types =
      name === 'mesh'
        ? meshServicesOf(context)?.flatMap(({ ports }) => ports.flatMap(({ protocol }) => rulesByProtocol[protocol]))
        : servers && routedServers(servers).flatMap(rulesOfServer);
    if (!types) return undefined;
    for (const type of types) found.add(type);
  }
  return found;
}

/** Connections of all ports but those of HTTP may be routed by what little is known of them. */
const rulesByProtocol = {
  http: ['http'],
  tls: ['tls', 'tcp'],
  tcp: ['tcp', 'tls'],
  auto: ['http', 'tls', 'tcp'],
} as const satisfies Record<string, readonly RouteType[]>;

function rulesOfServer({ protocol, tls }: ServerView): readonly RouteType[] {
  const mode = stringOf(fieldOf(tls, 'mode')) ?? 'PASSTHROUGH';
  const isOpened = mode !== 'PASSTHROUGH' && mode !== 'AUTO_PASSTHROUGH';
  if (/^(?:HTTP|HTTP2|GRPC|GRPC-WEB)$/.test(protocol)) return ['http'];
  // One that cannot be read has a finding of its own.
  if (protocol === '') return ['http', 'tls', 'tcp'];
  if (protocol === 'HTTPS') return isOpened ? ['http'] : ['tls'];
  if (protocol === 'TLS') return isOpened ? ['tcp'] : ['tls'];
  return ['tcp'];
}
