import { Kinds } from '../../../model/kinds.ts';
import type { ObjectCheck } from '../check.ts';
import { entryPortDirectory, entryPorts, rivalsOf } from './service-entry-view.ts';

export const conflictingEntryProtocols: ObjectCheck = {
  scope: 'object',
  code: 'MESH1607',
  rule: 'conflicting-entry-protocols',
  aliases: ['IST0177', 'KIA1212'],
  severity: 'warning',
  summary: 'ServiceEntries give one port of a host different protocols; proxies use one of them.',
  subject: Kinds.serviceEntry,
  inputs: [entryPortDirectory],
  run(context) {
    const { subject, settings } = context;
    const all = context.index(entryPortDirectory);
    const reported = new Set<number>();
    for (const entry of entryPorts(subject, settings)) {
      const { number, protocol } = entry.port;
      if (number === undefined) continue;
      const rivals = rivalsOf(entry, all).filter(({ port }) => port.protocol !== protocol);
      const [first] = rivals;
      if (!first || reported.has(number)) continue;
      reported.add(number);
      const { namespace, name } = first.object;
      context.report(subject, entry.port.hasProtocol ? [...entry.port.path, 'protocol'] : entry.port.path, {
        message: `ServiceEntry \`${namespace}/${name}\` says that port ${String(number)} of \`${entry.host}\` is ${first.port.protocol}, not ${protocol}. Proxies use one of the two.`,
        ...(entry.port.hasProtocol && { part: 'value' as const }),
        related: rivals.slice(0, 10).map(({ object, port }) => ({
          message: `ServiceEntry ${object.name}`,
          object,
          path: port.path,
        })),
      });
    }
  },
};
