import { isIP } from 'node:net';
import { fieldOf, isRecord, stringOf } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { MeshObject } from '../../../model/mesh-object.ts';
import type { CheckContext, ObjectCheck } from '../check.ts';
import { portsOf, selectorOfService } from '../directories/selecting-services.ts';

export const externalName: ObjectCheck = {
  scope: 'object',
  code: 'MESH2012',
  rule: 'external-name',
  aliases: [],
  severity: 'warning',
  summary:
    'A Service stands for a name outside and has what only a Service with pods can have, or the other way round.',
  subject: Kinds.service,
  inputs: [],
  run(context) {
    const { subject } = context;
    const name = stringOf(fieldOf(subject.spec, 'externalName')) ?? '';
    if (fieldOf(subject.spec, 'type') === 'ExternalName') checkExternal(context, subject, name);
    else if (name !== '') {
      const path = ['spec', 'externalName'];
      const message = 'Only a Service of type ExternalName stands for another name; here this does nothing.';
      context.report(subject, path, { message, part: 'key' });
    }
  },
};

function checkExternal(context: CheckContext, subject: MeshObject, name: string): void {
  if (isIP(name) !== 0) {
    context.report(subject, ['spec', 'externalName'], {
      message: `DNS gives this to clients as a name, and nobody has the name \`${name}\`. For an address, leave out \`type\` and give the Service an EndpointSlice.`,
      part: 'value',
    });
  }
  if (isRecord(fieldOf(subject.spec, 'selector')) && Object.keys(selectorOfService(subject)).length > 0) {
    const message = 'A Service of type ExternalName has no pods behind it: DNS leads clients to the other name.';
    context.report(subject, ['spec', 'selector'], { message, part: 'key' });
  }
  for (const { number, target, path } of portsOf(subject)) {
    if (target === number) continue;
    context.report(subject, [...path, 'targetPort'], {
      message: `DNS knows of no ports: who calls port ${String(number)} gets to port ${String(number)} of the other name, not to \`${String(target)}\`.`,
      part: 'value',
    });
  }
}
