import type { KindSchema } from '../../kind-schema.ts';
import { choice, flag, integer, intOrText, list, record, text, textMap, texts } from '../../schema.ts';
import { portRange } from '../port-number.ts';

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
            name: text('Name of the port; the mesh reads the protocol from what stands before the first `-`.'),
            port: integer('Number by which it is called.', portRange),
            targetPort: intOrText('Number or name of the port of the pods; the same number unless given.'),
            protocol: choice('Transport.', ['TCP', 'UDP', 'SCTP']),
            nodePort: integer('Port on every node.', { minimum: 0, maximum: 65535 }),
            appProtocol: text('Protocol of the application, such as `http`, `grpc` or `kubernetes.io/h2c`.'),
          },
          { required: ['port'] },
        ),
      ),
      selector: textMap('Labels of the pods.'),
      type: choice('How it is reached from outside.', ['ClusterIP', 'NodePort', 'LoadBalancer', 'ExternalName']),
      clusterIP: text('Virtual address; `None` for a headless service.'),
      clusterIPs: texts('Virtual addresses.'),
      externalIPs: texts('Addresses of nodes at which it is reached.'),
      externalName: text('DNS name a service of type ExternalName stands for.'),
      externalTrafficPolicy: choice('Whether traffic from outside stays on its node.', ['Cluster', 'Local']),
      internalTrafficPolicy: choice('Whether traffic from inside stays on its node.', ['Cluster', 'Local']),
      healthCheckNodePort: integer('Port of the health check of a load balancer.'),
      ipFamilies: texts('IP families.', { values: ['IPv4', 'IPv6'] }),
      ipFamilyPolicy: choice('Single or dual stack.', ['SingleStack', 'PreferDualStack', 'RequireDualStack']),
      loadBalancerClass: text('Which load balancer makes the address.'),
      loadBalancerIP: text('Address to ask for.', { deprecated: 'annotations of the load balancer' }),
      loadBalancerSourceRanges: texts('Addresses that may call.'),
      allocateLoadBalancerNodePorts: flag('Whether node ports are made for a load balancer.'),
      publishNotReadyAddresses: flag('Whether pods that are not ready count.'),
      sessionAffinity: choice('Whether calls of one client go to one pod.', ['ClientIP', 'None']),
      sessionAffinityConfig: record('Details of the affinity.', {
        clientIP: record('Affinity by address.', { timeoutSeconds: integer('How long it lasts, in seconds.') }),
      }),
      trafficDistribution: text('Preference for near endpoints.'),
    }),
  },
};
