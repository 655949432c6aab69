import { fieldOf, isRecord, listOf } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { MeshObject } from '../../../model/mesh-object.ts';
import type { FieldPath } from '../../../../shared/text.ts';
import type { CheckContext, ObjectCheck } from '../check.ts';
import type { RuleView } from './virtual-service-view.ts';
import { rulesOf } from './virtual-service-view.ts';

/** What istiod writes into the action that sends a request on, and nowhere else. Faults and rewrites are refused. */
const settings = ['timeout', 'retries', 'mirror', 'mirrors', 'mirrorPercentage', 'mirrorPercent'];

/** Shares of copies, which belong to `mirror`; entries of `mirrors` have their own. */
const shares = ['mirrorPercentage', 'mirrorPercent'];

export const ignoredRouteSettings: ObjectCheck = {
  scope: 'object',
  code: 'MESH1312',
  rule: 'ignored-route-settings',
  aliases: [],
  severity: 'warning',
  summary: 'A rule answers requests itself and has settings for sending them on, or a share of copies and no copies.',
  subject: Kinds.virtualService,
  inputs: [],
  run(context) {
    const { subject } = context;
    for (const { type, path, value, destinations } of rulesOf(subject)) {
      // What has a route or a delegate too is refused as a whole.
      if (type !== 'http' || destinations.length > 0 || isRecord(value.delegate)) continue;
      const answer = ['redirect', 'directResponse'].find((key) => isRecord(value[key]));
      if (answer === undefined) continue;
      for (const key of settings.filter((each) => isSet(value[each]))) {
        const what = answer === 'redirect' ? 'redirects requests' : 'answers requests itself';
        const message = `This rule ${what} and sends nothing on, so \`${key}\` does nothing.`;
        report(context, [...path, key], message, { message: 'The answer.', object: subject, path: [...path, answer] });
      }
    }
    if (isDelegate(subject)) return;
    for (const rule of rulesOf(subject)) checkShares(context, rule);
  },
};

/** A rule of a delegate may get the rest from the one that delegates. */
function isDelegate({ spec }: MeshObject): boolean {
  return listOf(fieldOf(spec, 'hosts')).length === 0;
}

function checkShares(context: CheckContext, { type, path, value, destinations }: RuleView): void {
  if (type !== 'http' || destinations.length === 0 || isSet(value.mirror) || isRecord(value.delegate)) return;
  for (const key of shares.filter((each) => isSet(value[each]))) {
    const hint = isSet(value.mirrors) ? ' Each of `mirrors` has a `percentage` of its own.' : '';
    report(context, [...path, key], `There is no \`mirror\`, so this share of copies does nothing.${hint}`);
  }
}

function report(
  context: CheckContext,
  path: FieldPath,
  message: string,
  ...related: readonly { readonly message: string; readonly object: MeshObject; readonly path: FieldPath }[]
): void {
  const object = context.subject;
  context.report(object, path, {
    message,
    part: 'key',
    related,
    fixes: [{ title: `Remove \`${String(path.at(-1))}\``, changes: [{ type: 'remove', object, path }] }],
  });
}

function isSet(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : value !== undefined && value !== null;
}
