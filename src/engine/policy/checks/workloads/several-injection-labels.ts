import { Kinds } from '../../../model/kinds.ts';
import type { ObjectCheck } from '../check.ts';

export const severalInjectionLabels: ObjectCheck = {
  scope: 'object',
  code: 'MESH1903',
  rule: 'several-injection-labels',
  aliases: ['IST0123'],
  severity: 'warning',
  summary: 'A namespace has several labels that say how its pods join the mesh; one of them counts.',
  subject: Kinds.namespace,
  inputs: [],
  run(context) {
    const { subject } = context;
    const injection = subject.labels['istio-injection'];
    const [revision, dataPlane] = [subject.labels['istio.io/rev'], subject.labels['istio.io/dataplane-mode']];
    // `disabled` beside others is how one leaves the mesh, or only its sidecars.
    if (injection !== undefined && injection !== 'enabled') return;
    const ignored = [
      ...(injection !== undefined && revision !== undefined ? ['istio.io/rev'] : []),
      ...(dataPlane === 'ambient' && (injection ?? revision) !== undefined ? ['istio.io/dataplane-mode'] : []),
    ];
    const winner = injection === undefined ? 'istio.io/rev' : 'istio-injection';
    for (const key of ignored) {
      const path = ['metadata', 'labels', key];
      context.report(subject, path, {
        message: `\`${key}\` does nothing beside \`${winner}\`: pods of this namespace get sidecars by that.`,
        part: 'key',
        related: [{ message: 'This one counts.', object: subject, path: ['metadata', 'labels', winner] }],
        fixes: [{ title: `Remove \`${key}\``, changes: [{ type: 'remove', object: subject, path }] }],
      });
    }
  },
};
