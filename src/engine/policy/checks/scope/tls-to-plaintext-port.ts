import { fieldOf, isRecord, listOf, numberOf, stringOf, valueAt } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { MeshObject } from '../../../model/mesh-object.ts';
import { resolveHost } from '../../semantics/hosts.ts';
import type { CheckContext, ObjectCheck } from '../check.ts';

export const tlsToPlaintextPort: ObjectCheck = {
  scope: 'object',
  code: 'MESH1616',
  rule: 'tls-to-plaintext-port',
  aliases: [],
  severity: 'warning',
  summary:
    'A DestinationRule starts TLS for port 80 of a host outside, where a ServiceEntry sends it to port 80 as well.',
  subject: Kinds.serviceEntry,
  inputs: [Kinds.destinationRule],
  run(context) {
    const { subject } = context;
    // Endpoints may have ports of their own, and those of the mesh are no web servers outside.
    if (fieldOf(subject.spec, 'location') === 'MESH_INTERNAL') return;
    if (listOf(fieldOf(subject.spec, 'endpoints')).length > 0 || fieldOf(subject.spec, 'workloadSelector')) return;
    for (const [index, port] of listOf(fieldOf(subject.spec, 'ports')).entries()) {
      if (!isRecord(port) || numberOf(port.number) !== 80 || port.targetPort !== undefined) continue;
      if ((stringOf(port.protocol) ?? '').toUpperCase() !== 'HTTP') continue;
      const rule = ruleWithTls(context);
      if (!rule) continue;
      const path = ['spec', 'ports', index];
      context.report(subject, [...path, 'number'], {
        message: `DestinationRule \`${rule.object.name}\` starts TLS for this port, and it goes to port 80 of the server, which speaks plain HTTP there. Send it to the port for HTTPS: \`targetPort: 443\`.`,
        part: 'value',
        related: [{ message: 'TLS is started here.', object: rule.object, path: rule.path }],
        fixes: [
          {
            title: 'Add `targetPort: 443`',
            isPreferred: true,
            changes: [{ type: 'insert-field', object: subject, path, key: 'targetPort', value: 443, after: 'number' }],
          },
        ],
      });
    }
  },
};

/** A rule for one of the hosts whose settings for port 80 alone start TLS: such a port is meant for plain requests. */
function ruleWithTls(
  context: CheckContext,
): { readonly object: MeshObject; readonly path: readonly (string | number)[] } | undefined {
  const { subject, settings } = context;
  const hosts = listOf(fieldOf(subject.spec, 'hosts'));
  for (const object of context.ofKind(Kinds.destinationRule)) {
    const host = stringOf(fieldOf(object.spec, 'host')) ?? '';
    if (!hosts.includes(resolveHost(host, object.namespace, settings))) continue;
    const at = ['spec', 'trafficPolicy', 'portLevelSettings'];
    const index = listOf(valueAt(object, at)).findIndex((each) => numberOf(valueAt(each, ['port', 'number'])) === 80);
    const path = [...at, index, 'tls', 'mode'];
    const mode = index < 0 ? undefined : valueAt(object, path);
    if (mode === 'SIMPLE' || mode === 'MUTUAL') return { object, path };
  }
  return undefined;
}
