import { fieldOf, listOf, numberOf, stringOf, valueAt } from '../../../../shared/untrusted.ts';
import type { FieldPath } from '../../../../shared/text.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { CheckContext, ObjectCheck } from '../check.ts';
import { serviceDirectory } from '../directories/service-directory.ts';
import { subsetsOf } from '../directories/subset-directory.ts';

export const portSettings: ObjectCheck = {
  scope: 'object',
  code: 'MESH1451',
  rule: 'port-settings-without-port',
  aliases: [],
  severity: 'warning',
  summary: 'A DestinationRule has settings for a port that its host does not have.',
  subject: Kinds.destinationRule,
  inputs: [serviceDirectory],
  run(context) {
    const { subject, isNamespaceKnown } = context;
    const host = stringOf(fieldOf(subject.spec, 'host'));
    if (host === undefined || host.includes('*')) return;
    const lookup = context.index(serviceDirectory).lookUp(host, subject.namespace, isNamespaceKnown);
    if (lookup.state !== 'known' || lookup.services.length === 0) return;
    const ports = lookup.services.flatMap((service) => service.ports.map(({ number }) => number));
    for (const path of [['spec'], ...subsetsOf(subject).map((subset) => subset.path)]) {
      checkPorts(context, [...path, 'trafficPolicy', 'portLevelSettings'], host, ports);
    }
  },
};

function checkPorts(context: CheckContext, path: FieldPath, host: string, ports: readonly number[]): void {
  const { subject } = context;
  for (const [index, entry] of listOf(valueAt(subject, path)).entries()) {
    const number = numberOf(valueAt(entry, ['port', 'number']));
    if (number === undefined || ports.includes(number)) continue;
    const choices = [...new Set(ports)];
    const place = [...path, index, 'port', 'number'];
    context.report(subject, place, {
      message: `\`${host}\` has no port ${String(number)}, so these settings do nothing. It has ${choices.join(', ')}.`,
      part: 'value',
      fixes: choices.slice(0, 4).map((value) => ({
        title: `Replace with \`${String(value)}\``,
        isPreferred: choices.length === 1,
        changes: [{ type: 'replace-value', object: subject, path: place, value }],
      })),
    });
  }
}
