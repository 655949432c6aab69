/** Delegation between VirtualServices: rules of the delegate take the place of the rule that names it. */
import { refOf, type MeshObject } from '../../../model/mesh-object.ts';
import { isExportedTo } from '../export-to.ts';
import type { CompiledMatch, CompileProblem, StringMatch } from './compiled.ts';
import type { HttpMatch, MatchScope } from './http-match.ts';
import { withoutUndefined, type HttpRule, type VirtualServiceModel } from './virtual-service.ts';

const textOf = (match: StringMatch): string => (match.type === 'present' ? '' : match.value);

/** The delegate's condition must be at least as narrow as the root's; two regexes cannot be compared and conflict. */
function conflicts(root: StringMatch | undefined, leaf: StringMatch | undefined): boolean {
  if (!root || !leaf) return false;
  if (root.type === 'regex' || leaf.type === 'regex') return true;
  if (root.type === 'exact') return leaf.type !== 'exact' || leaf.value !== root.value;
  if (root.type === 'prefix') return leaf.type === 'present' || !textOf(leaf).startsWith(root.value);
  return true;
}

type MatchMap = Readonly<Record<string, StringMatch>>;

function mapConflicts(root: MatchMap, leaf: MatchMap): boolean {
  return Object.entries(leaf).some(([key, value]) => Object.hasOwn(root, key) && conflicts(root[key], value));
}

function scopeConflicts(root: MatchScope, leaf: MatchScope): boolean {
  if (root.port !== undefined && leaf.port !== undefined && root.port !== leaf.port) return true;
  if (root.sourceNamespace !== undefined && leaf.sourceNamespace !== root.sourceNamespace) return true;
  const labels = Object.entries(leaf.sourceLabels);
  if (labels.some(([key, value]) => Object.hasOwn(root.sourceLabels, key) && root.sourceLabels[key] !== value))
    return true;
  if (root.gateways.length === 0 || leaf.gateways.length === 0) return false;
  return !leaf.gateways.every((gateway) => root.gateways.includes(gateway));
}

function matchConflicts(root: HttpMatch, leaf: HttpMatch): boolean {
  const fields = ['uri', 'scheme', 'method', 'authority'] as const;
  return (
    fields.some((field) => conflicts(root.compiled[field], leaf.compiled[field])) ||
    mapConflicts(root.compiled.headers, leaf.compiled.headers) ||
    mapConflicts(root.compiled.withoutHeaders, leaf.compiled.withoutHeaders) ||
    mapConflicts(root.compiled.queryParams, leaf.compiled.queryParams) ||
    root.ignoreUriCase !== leaf.ignoreUriCase ||
    scopeConflicts(root.scope, leaf.scope)
  );
}

function mergeMatch(root: HttpMatch, leaf: HttpMatch): HttpMatch {
  const compiled: CompiledMatch = {
    ...root.compiled,
    ...leaf.compiled,
    headers: { ...root.compiled.headers, ...leaf.compiled.headers },
    withoutHeaders: { ...root.compiled.withoutHeaders, ...leaf.compiled.withoutHeaders },
    queryParams: { ...root.compiled.queryParams, ...leaf.compiled.queryParams },
  };
  return {
    compiled,
    ignoreUriCase: leaf.ignoreUriCase,
    scope: {
      ...root.scope,
      ...leaf.scope,
      gateways: leaf.scope.gateways.length > 0 ? leaf.scope.gateways : root.scope.gateways,
      sourceLabels: { ...root.scope.sourceLabels, ...leaf.scope.sourceLabels },
    },
  };
}

/** Which entries of the delegate lie inside none of the root. Istio leaves out the whole rule where there is one. */
export function matchesOutside(root: readonly HttpMatch[], leaf: readonly HttpMatch[]): readonly number[] {
  if (root.length === 0) return [];
  return [...leaf.keys()].filter((at) => {
    const entry = leaf[at];
    return entry !== undefined && root.every((candidate) => matchConflicts(candidate, entry));
  });
}

/** Every entry of the delegate must fit inside an entry of the root; undefined where one does not. */
function mergeMatches(root: readonly HttpMatch[], leaf: readonly HttpMatch[]): readonly HttpMatch[] | undefined {
  if (root.length === 0) return leaf;
  if (leaf.length === 0) return root;
  if (matchesOutside(root, leaf).length > 0) return undefined;
  return leaf.flatMap((entry) =>
    root.filter((candidate) => !matchConflicts(candidate, entry)).map((candidate) => mergeMatch(candidate, entry)),
  );
}

function mergeRule(root: HttpRule, leaf: HttpRule): HttpRule | undefined {
  const matches = mergeMatches(root.matches, leaf.matches);
  if (!matches) return undefined;
  const name =
    root.name !== undefined && leaf.name !== undefined ? `${root.name}-${leaf.name}` : (leaf.name ?? root.name);
  const inherited = withoutUndefined({
    rewrite: root.rewrite,
    direct: root.direct,
    timeoutMs: root.timeoutMs,
    retries: root.retries,
    fault: root.fault,
    mirrors: root.mirrors,
    headers: root.headers,
  });
  return { ...inherited, ...leaf, matches, ...(name !== undefined && { name }) };
}

/** Puts the rules of delegates into the VirtualServices that name them. Delegates themselves are left out of the result. */
export function resolveDelegates(virtualServices: readonly VirtualServiceModel[]): {
  readonly virtualServices: readonly VirtualServiceModel[];
  readonly problems: readonly CompileProblem[];
} {
  const problems: CompileProblem[] = [];
  const key = (object: Pick<MeshObject, 'namespace' | 'name'>): string => `${object.namespace}/${object.name}`;
  const delegates = new Map(
    virtualServices.filter(({ hosts }) => hosts.length === 0).map((model) => [key(model.object), model]),
  );
  const resolve = (rule: HttpRule, owner: VirtualServiceModel): readonly HttpRule[] => {
    if (!rule.delegate) return [rule];
    const { source } = rule.delegate;
    const name = key(rule.delegate);
    const delegate = delegates.get(name);
    if (!delegate) {
      problems.push({
        severity: 'error',
        message: `There is no VirtualService ${name} without hosts to delegate to.`,
        source,
      });
      return [];
    }
    if (!isExportedTo(delegate.exportTo, owner.object.namespace)) {
      problems.push({
        severity: 'error',
        message: `VirtualService ${name} is not exported to ${owner.object.namespace}.`,
        source,
      });
      return [];
    }
    return delegate.http.flatMap((leaf): HttpRule[] => {
      const merged = leaf.delegate ? undefined : mergeRule(rule, leaf);
      if (merged) return [merged];
      problems.push({
        severity: 'warning',
        message: `The rule never applies: its match does not lie inside the one of VirtualService ${key(refOf(owner.object))} that delegates to it.`,
        source: leaf.source,
      });
      return [];
    });
  };
  return {
    problems,
    virtualServices: virtualServices
      .filter(({ hosts }) => hosts.length > 0)
      .map((model) => {
        if (!model.http.some((rule) => rule.delegate)) return model;
        return { ...model, http: model.http.flatMap((rule) => resolve(rule, model)) };
      }),
  };
}
