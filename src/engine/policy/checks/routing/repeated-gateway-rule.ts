import type { ResolvedMeshSettings } from '../../../../shared/mesh-settings.ts';
import { groupBy } from '../../../model/indexes/per-part.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { MeshObject } from '../../../model/mesh-object.ts';
import { exportToOf } from '../../semantics/export-to.ts';
import { byAge } from '../../semantics/object-order.ts';
import type { Index, ObjectCheck } from '../check.ts';
import { matchCovers } from './match-coverage.ts';
import { parseGatewayName } from './unknown-gateway.ts';
import type { RuleView } from './virtual-service-view.ts';
import { gatewaysOf, hostsOf, rulesOf } from './virtual-service-view.ts';

/** `gateway host` for every pair of a gateway, as a full name, and a host of an object that all gateways see. */
function placesOf(object: MeshObject, settings: ResolvedMeshSettings): readonly string[] {
  if (!exportToOf(object, settings, 'defaultVirtualServiceExportTo').has('*')) return [];
  return gatewaysOf(object)
    .filter((gateway) => gateway !== 'mesh')
    .flatMap((written) => {
      const { namespace, name } = parseGatewayName(written, object.namespace);
      return hostsOf(object).map(({ host }) => `${namespace}/${name} ${host.toLowerCase()}`);
    });
}

const objectsByPlace: Index<ReadonlyMap<string, readonly MeshObject[]>> = {
  inputs: [Kinds.virtualService],
  relevant: (object, settings) => {
    const places = placesOf(object, settings);
    return places.length > 0 && [places, rulesOf(object).map(({ type, matches }) => [type, matches])];
  },
  build: (objects, settings) => groupBy(objects.ofKind(Kinds.virtualService), (object) => placesOf(object, settings)),
};

export const repeatedGatewayRule: ObjectCheck = {
  scope: 'object',
  code: 'MESH1311',
  rule: 'repeated-gateway-rule',
  aliases: ['KIA1106'],
  severity: 'warning',
  summary: 'At a gateway, rules of two VirtualServices of one host are for the same requests; the older wins.',
  subject: Kinds.virtualService,
  inputs: [objectsByPlace],
  run(context) {
    const { subject, settings } = context;
    const places = placesOf(subject, settings);
    if (places.length === 0) return;
    const byPlace = context.index(objectsByPlace);
    const rivals = [...new Set(places.flatMap((place) => byPlace.get(place) ?? []))].filter(
      (other) =>
        !(other.name === subject.name && other.namespace === subject.namespace) &&
        context.hasKnownNamespace(other) === context.isNamespaceKnown,
    );
    for (const rule of rulesOf(subject)) {
      const equal = rivals.flatMap((object) => {
        const twin = rulesOf(object).find((other) => isSame(rule, other, gatewaysOf(subject)));
        return twin ? [{ object, rule: twin }] : [];
      });
      const [first] = equal;
      if (!first) continue;
      const { namespace, name } = first.object;
      const isOlder = byAge(subject, first.object) < 0;
      context.report(subject, rule.path, {
        message: `VirtualService \`${namespace}/${name}\` has a rule for the same requests at the same gateway (\`${first.rule.name}\`). ${isOlder ? 'This one is taken as long as it is the older.' : 'The older of the two is taken.'}`,
        related: equal.slice(0, 10).map((other) => ({
          message: `VirtualService ${other.object.name}`,
          object: other.object,
          path: other.rule.path,
        })),
      });
    }
  },
};

/** Every request of the one is one of the other. */
function isSame(a: RuleView, b: RuleView, gateways: readonly string[]): boolean {
  const [left, right] = [a, b].map(({ matches }) => (matches.length > 0 ? matches.map(({ value }) => value) : [{}]));
  if (a.type !== b.type || !left || !right) return false;
  const within = (narrow: readonly object[], wide: readonly object[]): boolean =>
    narrow.every((one) => wide.some((other) => matchCovers(a.type, { ...other }, { ...one }, gateways)));
  return within(left, right) && within(right, left);
}
