import { didYouMean, nearestNames } from '../../../../shared/nearest-names.ts';
import type { FieldPath } from '../../../../shared/text.ts';
import { fieldOf, listOf, stringOf } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { KindKey } from '../../../model/mesh-object.ts';
import { kindKey } from '../../../model/mesh-object.ts';
import type { CheckContext, ObjectCheck } from '../check.ts';
import { replacements } from '../replacements.ts';

interface Reference {
  readonly path: FieldPath;
  readonly value: unknown;
  readonly known: readonly KindKey[];
}

const targets = [Kinds.linkerdServer, Kinds.httpRoute, Kinds.grpcRoute, Kinds.linkerdHttpRoute, Kinds.namespace];
const authentications = [Kinds.linkerdMeshTlsAuthentication, Kinds.linkerdNetworkAuthentication, Kinds.serviceAccount];

export const linkerdReferenceKind: ObjectCheck = {
  scope: 'object',
  code: 'MESH4014',
  rule: 'linkerd-reference-kind',
  aliases: [],
  severity: 'error',
  summary: 'A policy of Linkerd refers to a kind that cannot stand there, so Linkerd refuses it.',
  subject: [Kinds.linkerdAuthorizationPolicy, Kinds.linkerdMeshTlsAuthentication, Kinds.linkerdRateLimit],
  inputs: [],
  run(context) {
    for (const reference of references(context)) check(context, reference);
  },
};

function references({ subject }: CheckContext): readonly Reference[] {
  const { spec } = subject;
  const each = (field: string, known: readonly KindKey[]): readonly Reference[] =>
    listOf(fieldOf(spec, field)).map((value, index) => ({ path: ['spec', field, index], value, known }));
  const target = { path: ['spec', 'targetRef'], value: fieldOf(spec, 'targetRef') };
  switch (kindKey(subject)) {
    case Kinds.linkerdAuthorizationPolicy:
      return [{ ...target, known: targets }, ...each('requiredAuthenticationRefs', authentications)];
    case Kinds.linkerdRateLimit:
      return [{ ...target, known: [Kinds.linkerdServer] }];
    default:
      return each('identityRefs', [Kinds.serviceAccount, Kinds.namespace]);
  }
}

function check(context: CheckContext, { path, value, known }: Reference): void {
  const kind = stringOf(fieldOf(value, 'kind'));
  if (kind === undefined) return;
  const group = stringOf(fieldOf(value, 'group')) ?? '';
  const key = `${group === '' ? 'core' : group}/${kind}`;
  // Linkerd takes kinds in any letters.
  if (known.some((each) => each.toLowerCase() === key.toLowerCase())) return;
  const kinds = known.map((each) => each.slice(each.lastIndexOf('/') + 1));
  // A kind that could stand here, of another group, has a rule of its own.
  if (kinds.includes(kind)) return;
  const near = nearestNames(kind, kinds);
  const allowed =
    near.length > 0 ? didYouMean(near) : ` It can be ${[...new Set(kinds)].map((each) => `\`${each}\``).join(', ')}.`;
  const at = [...path, 'kind'];
  context.report(context.subject, at, {
    message: `Linkerd refuses a reference to the kind \`${kind}\` here.${allowed}`,
    part: 'value',
    fixes: replacements(context.subject, at, near),
  });
}
