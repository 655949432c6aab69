import { Kinds } from '../../../model/kinds.ts';
import { portProtocol } from '../../semantics/services.ts';
import type { ObjectCheck } from '../check.ts';
import { namespaceDirectory } from '../directories/namespace-directory.ts';
import { portsOf } from '../directories/selecting-services.ts';
import { workloadDirectory } from '../directories/workload-directory.ts';
import { isOfIstio, isServedInMesh } from './mesh-services.ts';

/** Where proxies of Istio tell whether they are ready: charts of gateways call it `status-port`. */
const statusPort = 15_021;

export const portWithoutProtocol: ObjectCheck = {
  scope: 'object',
  code: 'MESH2001',
  rule: 'port-without-protocol',
  aliases: ['IST0118', 'KIA0601'],
  severity: 'information',
  summary: 'The name of a port does not say its protocol, so proxies guess it from the first bytes.',
  subject: Kinds.service,
  inputs: [workloadDirectory, namespaceDirectory],
  run(context) {
    const { subject } = context;
    if (isOfIstio(subject)) return;
    const vague = portsOf(subject).filter(
      ({ number, name, transport, appProtocol }) =>
        appProtocol === undefined &&
        number !== statusPort &&
        portProtocol(number, name, transport, undefined) === 'auto',
    );
    if (vague.length === 0 || !isServedInMesh(context, subject)) return;
    for (const { name, number, path } of vague) {
      const what = name === '' ? `Port ${String(number)} has no name` : `The name \`${name}\` says no protocol`;
      context.report(subject, [...path, name === '' ? 'port' : 'name'], {
        message: `${what}, so proxies guess the protocol from the first bytes of a client: where the server speaks first, as databases do, connections hang for a while. Begin the name with the protocol (\`http-…\`, \`tcp-…\`) or set \`appProtocol\`.`,
        part: 'value',
      });
    }
  },
};
