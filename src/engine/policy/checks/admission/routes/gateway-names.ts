/** Names of gateways in a VirtualService, as Istio's webhook admits them. */
import type { FieldPath } from '../../../../../shared/text.ts';
import { listOf } from '../../../../../shared/untrusted.ts';
import type { MeshObject } from '../../../../model/mesh-object.ts';
import { perObject } from '../../per-object.ts';
import { hostNameProblem, isDnsLabel } from '../formats/host-names.ts';
import { sitesIn } from '../sites.ts';

interface InvalidName {
  readonly path: FieldPath;
  readonly message: string;
}

/** Lists of names of gateways, each by itself. */
const lists = ['gateways', 'http[].match[].gateways', 'tls[].match[].gateways', 'tcp[].match[].gateways'];

/** Those that are neither `name` nor `namespace/name`, in the order written. */
export const invalidGatewayNames = perObject((object: MeshObject): readonly InvalidName[] => {
  const found: InvalidName[] = [];
  for (const list of sitesIn(object, ...lists)) {
    for (const [index, value] of listOf(list.value).entries()) {
      if (typeof value !== 'string') continue;
      const message = problemOf(value);
      if (message !== undefined) found.push({ path: [...list.path, index], message });
      // Istio looks at no name after the first without a slash.
      if (!value.includes('/')) break;
    }
  }
  return found;
});

function problemOf(value: string): string | undefined {
  const slash = value.indexOf('/');
  if (slash >= 0) {
    const isSound = isDnsLabel(value.slice(0, slash)) && isDnsLabel(value.slice(slash + 1));
    const message = `\`${value}\` does not name a gateway as \`namespace/name\`: both parts are letters, digits and \`-\`.`;
    return isSound ? undefined : message;
  }
  const problem = hostNameProblem(value);
  return problem === undefined ? undefined : `The name of the gateway, \`${value}\`, ${problem}.`;
}
