import type { FieldPath } from '../../../../shared/text.ts';
import { fieldOf, isRecord, listOf, numberOf, stringOf } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { ObjectCheck } from '../check.ts';

/** As the API server takes it; a dot at the end is left out of account. */
const dnsName = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*\.?$/;

export const serviceType: ObjectCheck = {
  scope: 'object',
  code: 'MESH2014',
  rule: 'service-type',
  aliases: [],
  severity: 'error',
  summary: 'A Service has what its type cannot have, or lacks what it needs; the API server refuses it.',
  refusedBy: 'api-server',
  needsValidText: true,
  subject: Kinds.service,
  inputs: [],
  run(context) {
    const { subject } = context;
    const { spec } = subject;
    if (!isRecord(spec)) return;
    const type = stringOf(spec.type) ?? 'ClusterIP';
    const report = (path: FieldPath, message: string): void => {
      context.report(subject, ['spec', ...path], { message, part: 'key' });
    };
    if (type === 'ClusterIP') {
      for (const [index, port] of listOf(spec.ports).entries()) {
        if ((numberOf(fieldOf(port, 'nodePort')) ?? 0) === 0) continue;
        report(['ports', index, 'nodePort'], 'Ports of nodes lead to Services of type NodePort and LoadBalancer only.');
      }
    } else if (type === 'ExternalName') {
      const name = stringOf(spec.externalName) ?? '';
      if (name === '') {
        report(['type'], 'A Service of type ExternalName needs `externalName`: the name that it stands for.');
      } else if (!dnsName.test(name)) {
        report(['externalName'], `\`${name}\` is no name of DNS: that has no scheme, port or path, and no capitals.`);
      }
      for (const key of ['clusterIP', 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy']) {
        const value = spec[key];
        const isGiven = Array.isArray(value) ? value.length > 0 : value !== undefined && value !== null && value !== '';
        if (isGiven) report([key], 'A Service of type ExternalName has no address.');
      }
    } else if (spec.clusterIP === 'None') {
      report(['clusterIP'], `A Service of type ${type} needs an address, so it cannot be headless.`);
    }
  },
};
