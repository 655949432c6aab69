import { fieldOf, isRecord } from '../../../../../shared/untrusted.ts';
import { Kinds } from '../../../../model/kinds.ts';
import { kindKey } from '../../../../model/mesh-object.ts';
import type { ObjectCheck } from '../../check.ts';
import { isDnsLabel } from '../formats/host-names.ts';
import { textsIn } from '../sites.ts';

export const invalidExportTo: ObjectCheck = {
  scope: 'object',
  code: 'MESH2236',
  rule: 'invalid-export-to',
  aliases: ['IST0106'],
  severity: 'error',
  summary: 'The namespaces that an object is exported to are no names, repeat, or contradict each other.',
  refusedBy: 'webhook',
  subject: [Kinds.virtualService, Kinds.destinationRule, Kinds.serviceEntry],
  inputs: [],
  run(context) {
    const { subject, isNamespaceKnown } = context;
    const isEntry = kindKey(subject) === Kinds.serviceEntry;
    const entries = textsIn(subject, 'exportTo[]');
    const seen = new Set<string>();
    for (const { path, value } of entries) {
      const namespace = value === '.' && isNamespaceKnown ? subject.namespace : value;
      const report = (message: string): void => {
        const fixes = [{ title: 'Remove it', changes: [{ type: 'remove', object: subject, path } as const] }];
        context.report(subject, path, { message, part: 'value', fixes: entries.length > 1 ? fixes : [] });
      };
      if (seen.has(namespace)) report(`\`${value}\` is listed already.`);
      else if ((namespace === '*' || namespace === '~') && entries.length > 1) {
        report(
          `\`${namespace}\` stands for ${namespace === '*' ? 'all namespaces' : 'none'}, so nothing else can be listed.`,
        );
      } else if (namespace === '~' && !isEntry) report('`~` can be used in a ServiceEntry only.');
      else if (!['.', '*', '~'].includes(namespace) && !isDnsLabel(namespace)) {
        report(`\`${value}\` is no name of a namespace; \`.\` stands for the own one and \`*\` for all.`);
      }
      seen.add(namespace);
    }
    const isSelective =
      kindKey(subject) === Kinds.destinationRule && isRecord(fieldOf(subject.spec, 'workloadSelector'));
    const beyond = entries.find(({ value }) => value !== '.' && value !== subject.namespace);
    if (!isSelective || !beyond || !isNamespaceKnown) return;
    context.report(subject, beyond.path, {
      message:
        'With a workload selector a DestinationRule holds for its own namespace only; export it to `.` or leave `exportTo` out.',
      part: 'value',
      related: [{ message: 'The selector.', object: subject, path: ['spec', 'workloadSelector'] }],
    });
  },
};
