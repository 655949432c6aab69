import { didYouMean } from '../../../../shared/nearest-names.ts';
import type { FieldPath } from '../../../../shared/text.ts';
import { fieldOf, listOf, stringOf, valueAt } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { MeshObject } from '../../../model/mesh-object.ts';
import { exportToOf, isExportedTo } from '../../semantics/export-to.ts';
import { matchesOutside } from '../../semantics/routing/delegates.ts';
import type { HttpMatch } from '../../semantics/routing/http-match.ts';
import { readHttpMatch } from '../../semantics/routing/http-match.ts';
import { SpecNode } from '../../semantics/spec-node.ts';
import type { CheckContext, Index, ObjectCheck } from '../check.ts';
import { perObject } from '../per-object.ts';
import { replacements } from '../replacements.ts';
import { addToList } from '../directories/add-to-list.ts';
import type { RuleView } from './virtual-service-view.ts';
import { hostsOf, rulesOf } from './virtual-service-view.ts';

/** A rule that leaves its requests to a delegate. */
interface Delegation {
  readonly object: MeshObject;
  readonly rule: RuleView;
  /** `namespace/name`. */
  readonly delegate: string;
  readonly matches: readonly HttpMatch[];
}

const delegationsOf = perObject((object: MeshObject): readonly Delegation[] =>
  hostsOf(object).length === 0
    ? []
    : rulesOf(object).flatMap((rule) => {
        const written = rule.type === 'http' ? fieldOf(rule.value, 'delegate') : undefined;
        const name = stringOf(fieldOf(written, 'name')) ?? '';
        if (name === '') return [];
        const namespace = stringOf(fieldOf(written, 'namespace')) || object.namespace;
        return [{ object, rule, delegate: `${namespace}/${name}`, matches: matchesOf(rule, object.namespace) }];
      }),
);

const delegations: Index<ReadonlyMap<string, readonly Delegation[]>> = {
  inputs: [Kinds.virtualService],
  relevant: (object) =>
    delegationsOf(object).map(({ delegate, rule }) => [delegate, rule.path, rule.name, fieldOf(rule.value, 'match')]),
  build: (objects) => {
    const byDelegate = new Map<string, Delegation[]>();
    for (const object of objects.ofKind(Kinds.virtualService)) {
      for (const delegation of delegationsOf(object)) addToList(byDelegate, delegation.delegate, delegation);
    }
    return byDelegate;
  },
};

export const delegateOutside: ObjectCheck = {
  scope: 'object',
  code: 'MESH1364',
  rule: 'delegate-outside',
  aliases: [],
  severity: 'warning',
  summary: 'A rule of a delegate matches what is never left to it, so Istio leaves it out.',
  subject: Kinds.virtualService,
  inputs: [delegations],
  run(context) {
    const { subject } = context;
    if (hostsOf(subject).length > 0) return;
    const roots = rootsOf(context);
    if (roots.length === 0) return;
    for (const rule of rulesOf(subject)) {
      if (rule.type !== 'http' || rule.matches.length === 0) continue;
      const own = matchesOf(rule, subject.namespace);
      const outside = roots.map(({ matches }) => matchesOutside(matches, own));
      const [first = []] = outside;
      const [at = 0] = first;
      if (outside.some((places) => places.length === 0)) continue;
      report(context, { rule, at, roots, isAlone: first.length === own.length });
    }
  },
};

interface Outside {
  readonly rule: RuleView;
  /** Which of its matches. */
  readonly at: number;
  readonly roots: readonly Delegation[];
  /** No other match of the rule would be left. */
  readonly isAlone: boolean;
}

function report(context: CheckContext, { rule, at, roots, isAlone }: Outside): void {
  const { subject } = context;
  const path = [...rule.path, 'match', at];
  const names = [...new Set(roots.map(({ object }) => `\`${object.namespace}/${object.name}\``))]
    .slice(0, 5)
    .join(', ');
  const other = isAlone ? '' : ', with its other matches';
  const whole = wholePaths(subject, path, roots);
  const hint = whole ? ` Paths of a delegate are whole ones.${didYouMean(whole.values)}` : '';
  context.report(subject, whole?.path ?? path, {
    message: `This lies in no match by which VirtualService ${names} leaves requests here, so Istio leaves out the rule${other}.${hint}`,
    ...(whole && { part: 'value' as const }),
    related: roots.slice(0, 5).map(({ object, rule: root }) => ({
      message: `Rule \`${root.name}\` of ${object.name}.`,
      object,
      path: root.matches[0]?.path ?? root.path,
    })),
    fixes: whole ? replacements(subject, whole.path, whole.values) : [],
  });
}

/** The path written behind the prefixes that are left to the delegate, where only that makes it fit. */
function wholePaths(
  subject: MeshObject,
  path: FieldPath,
  roots: readonly Delegation[],
): { readonly path: FieldPath; readonly values: readonly string[] } | undefined {
  const match = valueAt(subject, path);
  const key = ['prefix', 'exact'].find((each) => stringOf(valueAt(match, ['uri', each])) !== undefined);
  const text = stringOf(valueAt(match, ['uri', key ?? '']));
  if (key === undefined || text === undefined) return undefined;
  // A path that is left to it is not what keeps the match out.
  const pathOnly = matchOf({ uri: { [key]: text } }, subject.namespace);
  const paths = roots.flatMap(({ rule }) =>
    listOf(fieldOf(rule.value, 'match')).map((root) => matchOf({ uri: fieldOf(root, 'uri') }, subject.namespace)),
  );
  if (paths.some((root) => matchesOutside([root], [pathOnly]).length === 0)) return undefined;
  const values = roots.flatMap(({ matches }) =>
    matches.flatMap(({ compiled: { uri } }) => {
      if (uri?.type !== 'prefix') return [];
      const value = `${uri.value.replace(/\/$/, '')}/${text.replace(/^\//, '')}`;
      const changed = { ...(match as object), uri: { [key]: value } };
      return matchesOutside(matches, [matchOf(changed, subject.namespace)]).length === 0 ? [value] : [];
    }),
  );
  const different = [...new Set(values)].slice(0, 3);
  return different.length > 0 ? { path: [...path, 'uri', key], values: different } : undefined;
}

/** Rules that leave requests to the subject, and see it. */
function rootsOf(context: CheckContext): readonly Delegation[] {
  const { subject, settings, isNamespaceKnown } = context;
  const exportTo = exportToOf(subject, settings, 'defaultVirtualServiceExportTo');
  const all = context.index(delegations).get(`${subject.namespace}/${subject.name}`) ?? [];
  return all.filter(({ object }) => {
    if (context.hasKnownNamespace(object) !== isNamespaceKnown) return false;
    return isNamespaceKnown ? isExportedTo(exportTo, object.namespace) : object.origin.source === subject.origin.source;
  });
}

const matchesOf = ({ value }: RuleView, namespace: string): readonly HttpMatch[] =>
  listOf(fieldOf(value, 'match')).map((match) => matchOf(match, namespace));

function matchOf(value: unknown, namespace: string): HttpMatch {
  // What cannot be read has findings of its own.
  return readHttpMatch(new SpecNode(value, [], () => undefined), '', namespace);
}
