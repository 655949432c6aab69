import { Kinds } from '../../../model/kinds.ts';
import { resolveHost } from '../../semantics/hosts.ts';
import type { ObjectCheck } from '../check.ts';
import type { DestinationView } from '../routing/virtual-service-view.ts';
import { destinationsOf, rulesOf } from '../routing/virtual-service-view.ts';

export const mirrorToItself: ObjectCheck = {
  scope: 'object',
  code: 'MESH1354',
  rule: 'mirror-to-itself',
  aliases: [],
  severity: 'warning',
  summary: 'Copies of requests go where the requests themselves go, which does everything twice.',
  subject: Kinds.virtualService,
  inputs: [],
  run(context) {
    const { subject, settings } = context;
    const keyOf = ({ host, subset, port }: DestinationView): string =>
      JSON.stringify([resolveHost(host, subject.namespace, settings), subset, port]);
    for (const mirror of destinationsOf(subject)) {
      if (!mirror.isMirror) continue;
      const rule = rulesOf(subject).find(({ path }) => path.every((step, index) => mirror.path[index] === step));
      const routed = (rule?.destinations ?? []).flatMap(({ destination, weight }) =>
        destination && weight !== 0 ? [destination] : [],
      );
      const same = routed.find((destination) => keyOf(destination) === keyOf(mirror));
      if (!same) continue;
      context.report(subject, [...mirror.path, 'host'], {
        message: `The requests themselves go to \`${mirror.host}\`${mirror.subset === undefined ? '' : `, subset \`${mirror.subset}\`,`} already: each of these is handled twice.`,
        part: 'value',
        related: [{ message: 'The requests go here.', object: subject, path: [...same.path, 'host'] }],
      });
    }
  },
};
