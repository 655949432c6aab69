import type { FieldPath } from '../../../../shared/text.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { MeshObject } from '../../../model/mesh-object.ts';
import { didYouMean, nearestNames } from '../../../../shared/nearest-names.ts';
import { invalidGatewayNames } from '../admission/routes/gateway-names.ts';
import type { CheckContext, ObjectCheck } from '../check.ts';
import { gatewayNamesOf } from './virtual-service-view.ts';

/** What istiod makes of a Gateway of the Gateway API has another name, which is nobody else’s to use. */
const gatewayApi = Kinds.kubernetesGateway;

export const unknownGateway: ObjectCheck = {
  scope: 'object',
  code: 'MESH1202',
  rule: 'unknown-gateway',
  aliases: ['IST0101', 'KIA1102'],
  severity: 'error',
  summary: 'A VirtualService is bound to a gateway that does not exist.',
  subject: Kinds.virtualService,
  inputs: [Kinds.gateway, gatewayApi],
  run(context) {
    const { subject } = context;
    // A text that can name no gateway has a finding of its own.
    const invalid = new Set(invalidGatewayNames(subject).map(({ path }) => path.join('.')));
    const names = gatewayNamesOf(subject).filter(
      ({ name, path }) => !name.includes('~') && !invalid.has(path.join('.')),
    );
    for (const [index, { name, path }] of names.entries()) {
      // Matches repeat the names of the whole; one that is wrong is told once.
      if (names.findIndex((other) => other.name === name) < index) continue;
      checkName(
        context,
        name,
        path,
        names.filter((other) => other.name === name).map((other) => other.path),
      );
    }
  },
};

function checkName(context: CheckContext, written: string, path: FieldPath, all: readonly FieldPath[]): void {
  const { subject, isNamespaceKnown } = context;
  const gateways = context.ofKind(Kinds.gateway);
  const { namespace, name, isExplicit } = parseGatewayName(written, subject.namespace);
  const isMeant = (gateway: MeshObject): boolean =>
    gateway.name === name &&
    (gateway.namespace === namespace || (!isExplicit && !(isNamespaceKnown && context.hasKnownNamespace(gateway))));
  if (gateways.some(isMeant)) return;
  const ofOtherKind = context.ofKind(gatewayApi).find(isMeant);
  if (ofOtherKind) {
    context.report(subject, path, {
      message: `\`${name}\` is a Gateway of the Gateway API: it takes HTTPRoutes and the like, and no VirtualServices.`,
      part: 'value',
      related: [{ message: 'It is declared here.', object: ofOtherKind, path: ['metadata', 'name'] }],
    });
    return;
  }
  const here = gateways.filter((gateway) => gateway.namespace === namespace).map((gateway) => gateway.name);
  const near = nearestNames(name, here).map((each) => (isExplicit ? `${namespace}/${each}` : each));
  const elsewhere = gateways
    .filter((gateway) => gateway.name === name)
    .map((gateway) => `${gateway.namespace}/${name}`);
  const proposals = [...near, ...elsewhere].slice(0, 4);
  // Gateways are often kept apart from routes: nothing is known where none is declared, and none has such a name.
  const isKeptElsewhere = gateways.length === 0 || (here.length === 0 && isExplicit && namespace !== subject.namespace);
  if (isKeptElsewhere && proposals.length === 0 && !context.isComplete(Kinds.gateway)) return;
  const where = isExplicit || isNamespaceKnown ? ` in namespace \`${namespace}\`` : '';
  context.report(subject, path, {
    message: `No Gateway \`${name}\`${where}, so no request gets to this VirtualService by it.${didYouMean(proposals)}`,
    part: 'value',
    // Without any Gateway in the namespace those of others may be meant.
    ...(here.length === 0 && proposals.length === 0 && { severity: 'warning' as const }),
    fixes: proposals.map((value, number) => ({
      title: `Replace with \`${value}\``,
      isPreferred: number === 0,
      changes: all.map((each) => ({ type: 'replace-value', object: subject, path: each, value })),
    })),
  });
}

/** `name`, `namespace/name`, or the old form `name.namespace.svc.cluster.local`. */
export function parseGatewayName(
  written: string,
  ownNamespace: string,
): { readonly namespace: string; readonly name: string; readonly isExplicit: boolean } {
  const slash = written.indexOf('/');
  if (slash >= 0) {
    const namespace = written.slice(0, slash);
    return {
      namespace: namespace === '.' ? ownNamespace : namespace,
      name: written.slice(slash + 1),
      isExplicit: true,
    };
  }
  const [name = written, namespace] = written.split('.');
  if (namespace === undefined) return { namespace: ownNamespace, name, isExplicit: false };
  return { namespace, name, isExplicit: true };
}
