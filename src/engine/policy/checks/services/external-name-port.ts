import { fieldOf } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import { portProtocol } from '../../semantics/services.ts';
import type { ObjectCheck } from '../check.ts';
import { meshSigns } from '../directories/mesh-signs.ts';
import { portsOf } from '../directories/selecting-services.ts';

export const externalNamePort: ObjectCheck = {
  scope: 'object',
  code: 'MESH2003',
  rule: 'external-name-port',
  aliases: ['IST0150'],
  severity: 'warning',
  summary:
    'A Service of type ExternalName has a TCP port, which takes the connections of every other host on that port.',
  subject: Kinds.service,
  inputs: [meshSigns],
  run(context) {
    const { subject } = context;
    if (fieldOf(subject.spec, 'type') !== 'ExternalName' || !context.index(meshSigns)) return;
    for (const { name, number, transport, appProtocol, path } of portsOf(subject)) {
      const protocol = portProtocol(number, name, transport, appProtocol);
      if (protocol !== 'auto' && !(protocol === 'tcp' && appProtocol === undefined && name === 'tcp')) continue;
      context.report(subject, [...path, name === '' ? 'port' : 'name'], {
        message: `Without a protocol such as \`http\` or \`tls\` in its name, port ${String(number)} is plain TCP: proxies send every connection to that port here, whatever host it is for.`,
        part: 'value',
      });
    }
  },
};
