import type { FieldPath } from '../../../../../shared/text.ts';
import { listOf } from '../../../../../shared/untrusted.ts';
import { Kinds } from '../../../../model/kinds.ts';
import type { MeshObject } from '../../../../model/mesh-object.ts';
import type { CheckContext, ObjectCheck } from '../../check.ts';
import { hostNameProblem, isDnsLabel } from '../formats/host-names.ts';
import { sitesIn } from '../sites.ts';

/** Lists of names of gateways, each by itself. */
const lists = ['gateways', 'http[].match[].gateways', 'tls[].match[].gateways', 'tcp[].match[].gateways'];

export const invalidGatewayReference: ObjectCheck = {
  scope: 'object',
  code: 'MESH2214',
  rule: 'invalid-gateway-reference',
  aliases: ['IST0106'],
  severity: 'error',
  summary: 'A gateway is not named as `name` or `namespace/name`.',
  refusedBy: 'webhook',
  subject: Kinds.virtualService,
  inputs: [],
  run(context) {
    const { subject } = context;
    for (const list of sitesIn(subject, ...lists)) {
      for (const [index, value] of listOf(list.value).entries()) {
        if (typeof value !== 'string') continue;
        checkName(context, subject, [...list.path, index], value);
        // Istio looks at no name after the first without a slash.
        if (!value.includes('/')) break;
      }
    }
  },
};

function checkName(context: CheckContext, subject: MeshObject, path: FieldPath, value: string): void {
  const slash = value.indexOf('/');
  if (slash >= 0) {
    const wrong = [value.slice(0, slash), value.slice(slash + 1)].find((part) => !isDnsLabel(part));
    if (wrong === undefined) return;
    const message = `\`${value}\` does not name a gateway as \`namespace/name\`: both parts are letters, digits and \`-\`.`;
    context.report(subject, path, { message, part: 'value' });
    return;
  }
  const problem = hostNameProblem(value);
  if (problem !== undefined) {
    context.report(subject, path, { message: `The name of the gateway, \`${value}\`, ${problem}.`, part: 'value' });
  }
}
