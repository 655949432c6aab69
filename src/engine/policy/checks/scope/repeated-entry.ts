import type { FieldPath } from '../../../../shared/text.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { MeshObject } from '../../../model/mesh-object.ts';
import type { ObjectCheck } from '../check.ts';
import { entryPortDirectory, entryPorts, rivalsOf } from './service-entry-view.ts';

export const repeatedEntry: ObjectCheck = {
  scope: 'object',
  code: 'MESH1608',
  rule: 'repeated-entry',
  aliases: ['KIA1211'],
  severity: 'warning',
  summary: 'Several ServiceEntries declare the same port of the same host; of their settings only those of one count.',
  subject: Kinds.serviceEntry,
  inputs: [entryPortDirectory],
  run(context) {
    const { subject, settings } = context;
    const all = context.index(entryPortDirectory);
    const byHost = new Map<
      string,
      { readonly path: FieldPath; readonly ports: number[]; readonly rivals: MeshObject[] }
    >();
    for (const entry of entryPorts(subject, settings)) {
      if (entry.port.number === undefined) continue;
      // Different protocols have a finding of their own.
      const rivals = rivalsOf(entry, all).filter(({ port }) => port.protocol === entry.port.protocol);
      if (rivals.length === 0) continue;
      const found = byHost.get(entry.host) ?? { path: entry.hostPath, ports: [], rivals: [] };
      found.ports.push(entry.port.number);
      found.rivals.push(...rivals.map(({ object }) => object));
      byHost.set(entry.host, found);
    }
    for (const [host, { path, ports, rivals }] of byHost) {
      const others = [...new Set(rivals)];
      const names = others.map(({ namespace, name }) => `\`${namespace}/${name}\``).join(', ');
      const what = ports.length === 1 ? `port ${String(ports[0])}` : `ports ${ports.join(', ')}`;
      context.report(subject, path, {
        message: `ServiceEntry ${names} declares ${what} of \`${host}\` too. Their settings are not joined: resolution, location and addresses of one of them count, as a rule of the oldest.`,
        part: 'value',
        related: others
          .slice(0, 10)
          .map((object) => ({ message: `ServiceEntry ${object.name}`, object, path: ['spec', 'hosts'] })),
      });
    }
  },
};
