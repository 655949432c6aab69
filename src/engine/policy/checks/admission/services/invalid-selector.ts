import { isRecord, recordOf } from '../../../../../shared/untrusted.ts';
import { Kinds } from '../../../../model/kinds.ts';
import type { KindKey } from '../../../../model/mesh-object.ts';
import { kindKey } from '../../../../model/mesh-object.ts';
import type { ObjectCheck } from '../../check.ts';
import { sitesIn } from '../sites.ts';

interface SelectorForm {
  readonly at: string;
  readonly labels: string;
}

const byMatchLabels: SelectorForm = { at: 'selector', labels: 'matchLabels' };
const byLabels: SelectorForm = { at: 'workloadSelector', labels: 'labels' };

const forms: Readonly<Record<KindKey, SelectorForm>> = {
  [Kinds.authorizationPolicy]: byMatchLabels,
  [Kinds.peerAuthentication]: byMatchLabels,
  [Kinds.requestAuthentication]: byMatchLabels,
  [Kinds.telemetry]: byMatchLabels,
  [Kinds.wasmPlugin]: byMatchLabels,
  [Kinds.trafficExtension]: byMatchLabels,
  [Kinds.proxyConfig]: byMatchLabels,
  [Kinds.destinationRule]: { at: 'workloadSelector', labels: 'matchLabels' },
  [Kinds.sidecar]: byLabels,
  [Kinds.serviceEntry]: byLabels,
  [Kinds.envoyFilter]: byLabels,
};

export const invalidSelector: ObjectCheck = {
  scope: 'object',
  code: 'MESH2238',
  rule: 'invalid-selector',
  aliases: ['IST0106', 'IST0133'],
  severity: 'error',
  summary: 'A selector has a wildcard or an empty key, or no labels at all.',
  refusedBy: 'webhook',
  subject: Object.keys(forms),
  inputs: [],
  run(context) {
    const { subject } = context;
    const form = forms[kindKey(subject)];
    const [selector] = form ? sitesIn(subject, form.at) : [];
    if (!form || !selector || !isRecord(selector.value)) return;
    // A label without a value is one with an empty value here.
    const labels = Object.entries(recordOf(selector.value[form.labels]) ?? {});
    for (const [key, value] of labels) {
      const isInKey = key === '' || key.includes('*');
      if (!isInKey && !(typeof value === 'string' && value.includes('*'))) continue;
      const message =
        key === ''
          ? 'The key of a label cannot be empty.'
          : 'A selector compares whole labels; `*` has no meaning here.';
      context.report(subject, [...selector.path, form.labels, key], { message, part: isInKey ? 'key' : 'value' });
    }
    if (labels.length > 0) return;
    context.report(subject, selector.path, {
      message: `This selector has no labels, so it selects every workload; say so by leaving \`${form.at}\` out.`,
      part: 'key',
      severity: 'warning',
      saysMissing: true,
      fixes: [
        {
          title: `Remove \`${form.at}\``,
          isPreferred: true,
          changes: [{ type: 'remove', object: subject, path: selector.path }],
        },
      ],
    });
  },
};
