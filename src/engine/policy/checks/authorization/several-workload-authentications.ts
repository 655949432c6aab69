import { isDeepStrictEqual } from 'node:util';
import { Kinds } from '../../../model/kinds.ts';
import { selectorMatches } from '../../semantics/hosts.ts';
import { readPolicyTarget } from '../../semantics/policy-target.ts';
import type { ObjectCheck } from '../check.ts';
import { peerAuthentications } from '../directories/peer-authentications.ts';
import { workloadDirectory } from '../directories/workload-directory.ts';
import { rivalsOf } from './rival-authentications.ts';

export const severalWorkloadAuthentications: ObjectCheck = {
  scope: 'object',
  code: 'MESH1712',
  rule: 'several-workload-authentications',
  aliases: ['KIA0003'],
  severity: 'error',
  summary: 'Two PeerAuthentications select the same workload; the older one counts.',
  subject: Kinds.peerAuthentication,
  inputs: [peerAuthentications, workloadDirectory],
  run(context) {
    const { subject, settings } = context;
    const { selector } = readPolicyTarget(subject.spec);
    // In the root namespace selectors do not count.
    if (!selector || subject.namespace === settings.rootNamespace) return;
    const selected = context.index(workloadDirectory).selectedIn(subject.namespace, selector);
    const rivals = rivalsOf(context).flatMap(({ object, selector: other }) => {
      if (!other) return [];
      const shared = selected.find(({ labels }) => selectorMatches(other, labels));
      return shared || isDeepStrictEqual(other, selector) ? [{ object, shared }] : [];
    });
    const [first] = rivals;
    if (!first) return;
    const { shared } = first;
    const what = shared ? `${shared.object.kind} \`${shared.object.name}\`` : 'the same workloads';
    context.report(subject, ['spec', 'selector'], {
      message: `PeerAuthentication \`${first.object.name}\` selects ${what} too; whichever was made first counts.`,
      part: 'key',
      related: rivals.map(({ object }) => ({
        message: `PeerAuthentication ${object.name}`,
        object,
        path: ['spec', 'selector'],
      })),
    });
  },
};
