import { fieldOf, isRecord, listOf, numberOf, stringOf } from '../../../../../shared/untrusted.ts';
import type { KindSchema } from '../../kind-schema.ts';
import type { SchemaRule } from '../../schema.ts';
import { choice, flag, integer, intOrText, list, record, text, textMap, texts } from '../../schema.ts';
import { portRange } from '../port-number.ts';
import { distinct, distinctNames, isGiven } from '../table-rules.ts';

/** The API server fills in what is absent and, in some fields, what is empty. */
const textOr = (item: unknown, field: string, usual: string): string => {
  const given = stringOf(fieldOf(item, field));
  return given === undefined || given === '' ? usual : given;
};

const distinctPorts = distinct(
  (item) => {
    const port = numberOf(fieldOf(item, 'port'));
    return port === undefined ? undefined : `${String(port)}/${textOr(item, 'protocol', 'TCP')}`;
  },
  (item) => `Port ${String(numberOf(fieldOf(item, 'port')))} is there already with the same transport.`,
  'port',
);

const namedAmongSeveral: SchemaRule = (value) =>
  listOf(value).length < 2
    ? []
    : listOf(value).flatMap((item, index) =>
        isRecord(item) && !isGiven(item, 'name')
          ? [{ path: [index], message: 'Where there are several ports, each needs a `name`.' }]
          : [],
      );

export const service: KindSchema = {
  group: 'core',
  kind: 'Service',
  versions: ['v1'],
  nameForm: 'label',
  help: 'A name for a group of pods, and the ports they serve.',
  required: [],
  fields: {
    spec: record('Ports and the pods behind them.', {
      ports: list(
        'Ports of the service.',
        record(
          'One port.',
          {
            name: text('Name of the port; the mesh reads the protocol from what stands before the first `-`.', {
              maxLength: 63,
              pattern: /^(?:[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)?$/,
              patternHelp: 'lower-case letters, digits and `-`, with a letter or digit at both ends',
            }),
            port: integer('Number by which it is called.', portRange),
            targetPort: intOrText('Number or name of the port of the pods; the same number unless given.'),
            protocol: choice('Transport.', ['TCP', 'UDP', 'SCTP', '']),
            nodePort: integer('Port on every node.', { minimum: 0, maximum: 65535 }),
            appProtocol: text('Protocol of the application, such as `http`, `grpc` or `kubernetes.io/h2c`.', {
              minLength: 1,
            }),
          },
          { required: ['port'] },
        ),
        { rules: [distinctNames('port'), distinctPorts, namedAmongSeveral] },
      ),
      selector: textMap('Labels of the pods.'),
      type: choice('How it is reached from outside.', ['ClusterIP', 'NodePort', 'LoadBalancer', 'ExternalName', '']),
      clusterIP: text('Virtual address; `None` for a headless service.', {
        pattern: /^(?:None|[0-9.]+|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*|)$/,
        patternHelp: 'an IP address, or `None` for a headless service',
      }),
      clusterIPs: texts('Virtual addresses.'),
      externalIPs: texts('Addresses of nodes at which it is reached.'),
      externalName: text('DNS name a service of type ExternalName stands for.'),
      externalTrafficPolicy: choice('Whether traffic from outside stays on its node.', ['Cluster', 'Local', '']),
      internalTrafficPolicy: choice('Whether traffic from inside stays on its node.', ['Cluster', 'Local']),
      healthCheckNodePort: integer('Port of the health check of a load balancer.'),
      ipFamilies: texts('IP families.', { values: ['IPv4', 'IPv6'] }),
      ipFamilyPolicy: choice('Single or dual stack.', ['SingleStack', 'PreferDualStack', 'RequireDualStack']),
      loadBalancerClass: text('Which load balancer makes the address.', { minLength: 1 }),
      loadBalancerIP: text('Address to ask for.', { deprecated: 'annotations of the load balancer' }),
      loadBalancerSourceRanges: texts('Addresses that may call.'),
      allocateLoadBalancerNodePorts: flag('Whether node ports are made for a load balancer.'),
      publishNotReadyAddresses: flag('Whether pods that are not ready count.'),
      sessionAffinity: choice('Whether calls of one client go to one pod.', ['ClientIP', 'None', '']),
      sessionAffinityConfig: record('Details of the affinity.', {
        clientIP: record('Affinity by address.', { timeoutSeconds: integer('How long it lasts, in seconds.') }),
      }),
      trafficDistribution: text('Preference for near endpoints.', { minLength: 1 }),
    }),
  },
};
