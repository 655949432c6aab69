import { listOf, numberOf, valueAt } from '../../../../shared/untrusted.ts';
import type { FieldPath } from '../../../../shared/text.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { CheckContext, ObjectCheck } from '../check.ts';
import { serviceDirectory } from '../directories/service-directory.ts';
import { ruleHostOf, trafficPolicyPaths } from './rule-host.ts';

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
    const { subject } = context;
    const known = ruleHostOf(context);
    if (!known) return;
    const { host, services } = known;
    const ports = services.flatMap((service) => service.ports.map(({ number }) => number));
    for (const path of trafficPolicyPaths(subject)) {
      checkPorts(context, [...path, 'portLevelSettings'], host, ports);
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
