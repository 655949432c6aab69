/** Routes that send whole connections: TLS by server name, TCP and UDP by port. */
import { isIP } from 'node:net';
import { listOf } from '../../../../../shared/untrusted.ts';
import type { ApiChannel, KindFields, KindSchema } from '../../kind-schema.ts';
import type { ListSchema, ObjectSchema, RuleProblem, SchemaRule } from '../../schema.ts';
import { list, record } from '../../schema.ts';
import { ruleRules } from './http-route.ts';
import { useDefaultGateways } from './hosted-route.ts';
import { hostname, sectionName } from './names.ts';
import { gatewayGroup, parentReferences, weightedBackends } from './references.ts';

/** The first version with one rule; earlier ones had up to sixteen. */
const rules = (what: string, maxItems: number, further: readonly SchemaRule[]): ListSchema =>
  list(
    `Where the ${what} go.`,
    record(
      'One rule.',
      {
        name: sectionName('Name of the rule, which policies give as `sectionName`.'),
        backendRefs: weightedBackends({}, { minItems: 1 }),
      },
      { required: ['backendRefs'] },
    ),
    { minItems: 1, maxItems, ...(further.length > 0 && { rules: further }) },
  );

const serverName = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

const serverNames: SchemaRule = (value) =>
  listOf(value).flatMap((host, index): readonly RuleProblem[] => {
    if (typeof host !== 'string') return [];
    if (isIP(host) !== 0) return [{ path: [index], message: 'Server names of TLS are host names, not IP addresses.' }];
    const plain = host.startsWith('*.') ? host.slice(2) : host;
    return serverName.test(plain) ? [] : [{ path: [index], message: `\`${host}\` is no host name.` }];
  });

const hostnames = (options: Partial<ListSchema>): ListSchema => ({
  ...list('Server names that clients ask for.', hostname('A server name.')),
  maxItems: 1024,
  ...options,
});

const spec = (fields: ObjectSchema['fields'], required: readonly string[]): KindFields => ({
  fields: { spec: record('Parents and where connections go.', fields, { required }) },
  required: ['spec'],
});

const connectionRoute = (kind: string, help: string, what: string, channel: ApiChannel): KindSchema => {
  const common = { parentRefs: parentReferences(channel), useDefaultGateways: useDefaultGateways(channel) };
  return {
    group: gatewayGroup,
    kind,
    versions: ['v1'],
    experimentalVersions: ['v1alpha2'],
    help,
    ...spec({ ...common, rules: rules(what, 1, []) }, ['rules']),
    ofVersion: { v1alpha2: spec({ ...common, rules: rules(what, 16, ruleRules(channel)) }, ['rules']) },
  };
};

export const tcpRoute = (channel: ApiChannel): KindSchema =>
  connectionRoute('TCPRoute', 'Where TCP connections of a listener go.', 'connections', channel);

export const udpRoute = (channel: ApiChannel): KindSchema =>
  connectionRoute('UDPRoute', 'Where UDP packets of a listener go.', 'packets', channel);

export const tlsRoute = (channel: ApiChannel): KindSchema => {
  const common = { parentRefs: parentReferences(channel), useDefaultGateways: useDefaultGateways(channel) };
  return {
    group: gatewayGroup,
    kind: 'TLSRoute',
    versions: ['v1'],
    experimentalVersions: ['v1alpha2', 'v1alpha3'],
    help: 'Where TLS connections go, by the server name that the client asks for.',
    ...spec(
      { ...common, hostnames: hostnames({ minItems: 1, rules: [serverNames] }), rules: rules('connections', 1, []) },
      ['hostnames', 'rules'],
    ),
    ofVersion: {
      v1alpha2: spec({ ...common, hostnames: hostnames({}), rules: rules('connections', 16, ruleRules(channel)) }, [
        'rules',
      ]),
    },
  };
};
