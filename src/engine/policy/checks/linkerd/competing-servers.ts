import { Kinds } from '../../../model/kinds.ts';
import type { CheckContext, ObjectCheck } from '../check.ts';
import { workloadDirectory } from '../directories/workload-directory.ts';
import { selectedPodsHere, selectPods } from '../network-policies/selected-pods.ts';
import type { ServerView } from './server-view.ts';
import { serverOf, servers } from './server-view.ts';

export const competingServers: ObjectCheck = {
  scope: 'object',
  code: 'MESH4004',
  rule: 'competing-linkerd-servers',
  aliases: [],
  severity: 'warning',
  summary: 'Two Servers of Linkerd are for the same port of the same pods; only the oldest counts.',
  subject: Kinds.linkerdServer,
  inputs: [servers, workloadDirectory],
  run(context) {
    const { subject, isNamespaceKnown } = context;
    const own = serverOf(subject);
    if (!own.podSelector || own.port === undefined || !isNamespaceKnown) return;
    const rivals = (context.index(servers).get(subject.namespace) ?? []).filter(
      (other) => other.object.name !== subject.name && other.port === own.port && meet(context, own, other),
    );
    const [first] = rivals;
    if (!first) return;
    context.report(subject, ['spec', 'port'], {
      message: `Server \`${first.object.name}\` is for port \`${String(own.port)}\` of the same pods too; of the two only the older counts.`,
      part: 'value',
      related: rivals
        .slice(0, 5)
        .map(({ object }) => ({ message: `Server ${object.name}.`, object, path: ['spec', 'port'] })),
    });
  },
};

function meet(context: CheckContext, { podSelector: a }: ServerView, { podSelector: b }: ServerView): boolean {
  if (!a || !b) return false;
  if (JSON.stringify(a) === JSON.stringify(b)) return true;
  return selectPods(selectedPodsHere(context, a), b).length > 0;
}
