import { fieldOf } from '../../../../../shared/untrusted.ts';
import { Kinds } from '../../../../model/kinds.ts';
import type { KindKey, MeshObject } from '../../../../model/mesh-object.ts';
import { kindKey } from '../../../../model/mesh-object.ts';
import type { ObjectCheck } from '../../check.ts';
import type { Site } from '../sites.ts';
import { sitesBelow, sitesIn } from '../sites.ts';

/** Values of which each may stand once in a group. */
const groups: Readonly<Record<KindKey, (object: MeshObject) => readonly (readonly Site[])[]>> = {
  [Kinds.gateway]: (object) => [sitesIn(object, 'servers[].port.name')],
  [Kinds.serviceEntry]: (object) => [sitesIn(object, 'ports[].number')],
  [Kinds.sidecar]: (object) => {
    const outgoing = sitesIn(object, 'egress[]').filter(({ value }) => fieldOf(value, 'port') !== undefined);
    const isSocket = ({ value }: Site): boolean => (fieldOf(fieldOf(value, 'port'), 'number') ?? 0) === 0;
    const below = (listener: Site, field: string): readonly Site[] => sitesBelow(listener.value, listener.path, field);
    return [
      sitesIn(object, 'ingress[].port.number'),
      outgoing.filter((listener) => !isSocket(listener)).flatMap((listener) => below(listener, 'port.number')),
      outgoing.filter(isSocket).flatMap((listener) => below(listener, 'bind')),
    ];
  },
};

export const duplicatePort: ObjectCheck = {
  scope: 'object',
  code: 'MESH2244',
  rule: 'duplicate-port',
  aliases: ['IST0106'],
  severity: 'error',
  summary: 'Two ports of one object have the same number, name or socket.',
  refusedBy: 'webhook',
  subject: Object.keys(groups),
  inputs: [],
  run(context) {
    const { subject } = context;
    for (const group of groups[kindKey(subject)]?.(subject) ?? []) {
      const seen = new Map<unknown, Site>();
      for (const site of group) {
        const earlier = seen.get(site.value);
        if (!earlier) seen.set(site.value, site);
        else {
          context.report(subject, site.path, {
            message: `\`${String(site.value)}\` is used by another ${site.key === 'bind' ? 'listener' : 'port'} already; each needs its own.`,
            part: 'value',
            related: [{ message: 'The other one.', object: subject, path: earlier.path }],
          });
        }
      }
    }
  },
};
