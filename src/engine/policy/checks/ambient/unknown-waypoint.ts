import { didYouMean, nearestNames } from '../../../../shared/nearest-names.ts';
import { fieldOf, stringOf } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import { kindKey } from '../../../model/mesh-object.ts';
import type { MeshObject } from '../../../model/mesh-object.ts';
import { useWaypoint, wishedWaypoint } from '../../semantics/waypoints.ts';
import { podKinds, podTemplatePath } from '../../semantics/workloads.ts';
import type { ObjectCheck } from '../check.ts';
import { replacements } from '../replacements.ts';
import { waypointLabels } from './waypoint-use.ts';

const classOf = ({ spec }: MeshObject): string => stringOf(fieldOf(spec, 'gatewayClassName')) ?? '';
/** What commands call a waypoint unless they are told: that others have one of the name says nothing. */
const usualName = 'waypoint';
const waypointNamespace = 'istio.io/use-waypoint-namespace';

/** Classes of Istio whose proxies are no waypoints. */
const otherClasses: ReadonlySet<string> = new Set(['istio', 'istio-remote', 'istio-east-west']);

export const unknownWaypoint: ObjectCheck = {
  scope: 'object',
  code: 'MESH2109',
  rule: 'unknown-waypoint',
  aliases: ['KIA1313'],
  severity: 'error',
  summary: 'A label names a waypoint that does not exist, or a Gateway that is none.',
  subject: [Kinds.namespace, Kinds.service, Kinds.serviceEntry, ...podKinds],
  inputs: [Kinds.kubernetesGateway],
  run(context) {
    const { subject, isNamespaceKnown } = context;
    const isNamespace = subject.kind === 'Namespace';
    const labels = waypointLabels(subject);
    const own = isNamespace ? subject.name : subject.namespace;
    const wish = wishedWaypoint(labels, own);
    if (wish === undefined || wish === 'none' || (!isNamespaceKnown && wish.namespace === own)) return;
    const path = [...(podTemplatePath(kindKey(subject)) ?? []), 'metadata', 'labels', useWaypoint];
    const gateway = context.find(Kinds.kubernetesGateway, wish.namespace, wish.name);
    if (gateway) {
      if (!otherClasses.has(classOf(gateway))) return;
      context.report(subject, path, {
        message: `Gateway \`${wish.name}\` has the class \`${classOf(gateway)}\`: it is no waypoint. A waypoint has the class \`istio-waypoint\`.`,
        part: 'value',
        related: [{ message: `Gateway ${gateway.name}`, object: gateway, path: ['spec', 'gatewayClassName'] }],
      });
      return;
    }
    const here = context
      .ofKind(Kinds.kubernetesGateway)
      .filter((other) => other.namespace === wish.namespace && !otherClasses.has(classOf(other)))
      .map(({ name }) => name);
    const elsewhere = context
      .ofKind(Kinds.kubernetesGateway)
      .filter((other) => other.name === wish.name && classOf(other) === 'istio-waypoint');
    if (
      here.length === 0 &&
      wish.name !== usualName &&
      elsewhere.length > 0 &&
      !Object.hasOwn(labels, waypointNamespace)
    ) {
      context.report(subject, path, {
        message: `Namespace \`${wish.namespace}\` has no waypoint \`${wish.name}\`, so traffic goes without one. For that of another namespace the label \`${waypointNamespace}\` is needed too.`,
        part: 'value',
        related: elsewhere.map((object) => ({
          message: `In ${object.namespace}.`,
          object,
          path: ['metadata', 'name'],
        })),
        fixes: elsewhere.slice(0, 3).map(({ namespace: value }) => ({
          title: `Take it from namespace \`${value}\``,
          isPreferred: elsewhere.length === 1,
          changes: [
            {
              type: 'insert-field',
              object: subject,
              path: path.slice(0, -1),
              key: waypointNamespace,
              value,
              after: useWaypoint,
            },
          ],
        })),
      });
      return;
    }
    // A command makes waypoints that no file shows.
    if (here.length === 0 && !context.isComplete(Kinds.kubernetesGateway)) return;
    const near = nearestNames(wish.name, here);
    context.report(subject, path, {
      message: `Namespace \`${wish.namespace}\` has no waypoint \`${wish.name}\`, so traffic goes without one.${didYouMean(near.length > 0 ? near : here.slice(0, 3))}`,
      part: 'value',
      fixes: replacements(subject, path, near),
    });
  },
};
