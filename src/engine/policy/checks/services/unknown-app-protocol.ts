import { didYouMean, nearestNames } from '../../../../shared/nearest-names.ts';
import { Kinds } from '../../../model/kinds.ts';
import { portProtocol } from '../../semantics/services.ts';
import type { ObjectCheck } from '../check.ts';
import { namespaceDirectory } from '../directories/namespace-directory.ts';
import { portsOf } from '../directories/selecting-services.ts';
import { workloadDirectory } from '../directories/workload-directory.ts';
import { replacements } from '../replacements.ts';
import { isOfIstio, isServedInMesh } from './mesh-services.ts';

const protocols = [
  'http',
  'http2',
  'https',
  'grpc',
  'grpc-web',
  'tcp',
  'tls',
  'mongo',
  'mysql',
  'redis',
  'kubernetes.io/h2c',
  'kubernetes.io/ws',
  'kubernetes.io/wss',
];

export const unknownAppProtocol: ObjectCheck = {
  scope: 'object',
  code: 'MESH2002',
  rule: 'unknown-app-protocol',
  aliases: ['KIA0602'],
  severity: 'warning',
  summary: 'The application protocol of a port is none that Istio knows.',
  subject: Kinds.service,
  inputs: [workloadDirectory, namespaceDirectory],
  run(context) {
    const { subject } = context;
    if (isOfIstio(subject)) return;
    // An application protocol counts as it stands, also on ports where a name would not.
    const unknown = portsOf(subject).filter(
      ({ transport, appProtocol }) =>
        appProtocol !== undefined && portProtocol(0, '', transport, appProtocol) === 'auto',
    );
    if (unknown.length === 0 || !isServedInMesh(context, subject)) return;
    for (const { appProtocol = '', path } of unknown) {
      const near = nearestNames(appProtocol, protocols);
      const at = [...path, 'appProtocol'];
      context.report(subject, at, {
        message: `Istio knows no protocol \`${appProtocol}\` and guesses from the first bytes.${didYouMean(near)}`,
        part: 'value',
        // Kubernetes takes any registered name, and names with a domain for others than Istio.
        ...(near.length === 0 && { severity: 'information' as const }),
        fixes: replacements(subject, at, near),
      });
    }
  },
};
