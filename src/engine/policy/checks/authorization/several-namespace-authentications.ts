import { Kinds } from '../../../model/kinds.ts';
import { readPolicyTarget } from '../../semantics/policy-target.ts';
import type { ObjectCheck } from '../check.ts';
import { peerAuthentications } from '../directories/peer-authentications.ts';
import { rivalsOf } from './rival-authentications.ts';

export const severalNamespaceAuthentications: ObjectCheck = {
  scope: 'object',
  code: 'MESH1708',
  rule: 'several-namespace-authentications',
  aliases: ['KIA0002'],
  severity: 'error',
  summary: 'Two PeerAuthentications are for the same whole namespace; the older one counts.',
  subject: Kinds.peerAuthentication,
  inputs: [peerAuthentications],
  run(context) {
    const { subject, settings } = context;
    if (readPolicyTarget(subject.spec).selector) return;
    const others = rivalsOf(context).filter(({ selector }) => !selector);
    const [first] = others;
    if (!first) return;
    const what =
      subject.namespace === settings.rootNamespace ? 'the whole mesh' : `all of namespace \`${subject.namespace}\``;
    context.report(subject, ['metadata', 'name'], {
      message: `PeerAuthentication \`${first.object.name}\` is for ${what} too; whichever was made first counts.`,
      part: 'value',
      related: others.map(({ object }) => ({
        message: `PeerAuthentication ${object.name}`,
        object,
        path: ['metadata', 'name'],
      })),
    });
  },
};
