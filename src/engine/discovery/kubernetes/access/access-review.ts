import { compareText } from '../../../../shared/compare.ts';
import type { ForbiddenResource } from '../../../../shared/cluster.ts';
import type { AccessQuestions, AccessRule, NamespaceRules } from './access-questions.ts';

/** A resource that the session would like to list and watch. The core group is the empty text. */
export interface WantedResource {
  readonly group: string;
  readonly resource: string;
  readonly namespaced: boolean;
}

/** Where a resource may be listed and watched: everywhere, or in these namespaces (none: nowhere). */
type AccessScope = 'cluster' | readonly string[];

export interface AccessReview {
  /** Of resources that were not asked about: nowhere, except for administrators. */
  readonly scopeOf: (resource: WantedResource) => AccessScope;
  /** Whether the resource was asked about. */
  readonly knows: (resource: WantedResource) => boolean;
  /** Each said once. */
  readonly forbidden: readonly ForbiddenResource[];
  /** Something namespaced may be read in one of these only; empty: in all namespaces. */
  readonly confinedTo: readonly string[];
}

export interface ReviewOptions {
  /** Asked for only where it matters: administrators may read whatever there is. */
  readonly wanted: () => Promise<readonly WantedResource[]>;
  /** Namespaces the person chose; empty: all. */
  readonly chosen: readonly string[];
  /** Namespace of the context, the first guess for who may not read all. */
  readonly contextNamespace: string;
  /** Read beside the chosen ones where it is allowed, and nothing said where it is not: where meshes keep what is theirs. */
  readonly alsoRead?: readonly string[];
}

const verbs = ['list', 'watch'] as const;
const parallel = 8;
/** More namespaces than this are not asked about one by one. */
const maximumNamespaces = 200;
/** A resource missing in more namespaces than this is told of once, without them. */
const maximumNamed = 3;

const resourceKey = ({ group, resource }: Pick<WantedResource, 'group' | 'resource'>): string => `${group}/${resource}`;

/** Finds out where each wanted resource may be read, with one question for administrators and few for others. */
export async function reviewAccess(questions: AccessQuestions, options: ReviewOptions): Promise<AccessReview> {
  const { wanted, chosen, contextNamespace, alsoRead = [] } = options;
  const selected = chosen.length === 0 ? undefined : [...new Set([...chosen, ...alsoRead])];
  const everywhere = ({ namespaced }: WantedResource): AccessScope => (namespaced && selected ? selected : 'cluster');
  if (await questions.mayDo('*', '*', '*'))
    return { scopeOf: everywhere, knows: () => true, forbidden: [], confinedTo: [] };
  const resources = await wanted();
  const told = chosen.length > 0 ? chosen : undefined;
  const first = told?.[0] ?? contextNamespace;
  const rulesOfFirst = await questions.rulesIn(first);
  const missing = new Map<WantedResource, string>();
  await inParallel(resources, async (resource) => {
    // What is allowed everywhere is allowed in each namespace: the rules of one spare hundreds of questions.
    const refused = verbs.find((verb) => !allows(rulesOfFirst.rules, verb, resource));
    const verb = refused === undefined || rulesOfFirst.isIncomplete ? await firstRefused(questions, resource) : refused;
    if (verb !== undefined) missing.set(resource, verb);
  });
  const scopes = new Map<string, AccessScope>();
  for (const resource of resources) if (!missing.has(resource)) scopes.set(resourceKey(resource), everywhere(resource));
  const forbidden: ForbiddenResource[] = [];
  for (const [resource, verb] of missing)
    if (!resource.namespaced) {
      scopes.set(resourceKey(resource), []);
      forbidden.push({ verb, group: resource.group, resource: resource.resource });
    }
  const namespaced = [...missing.keys()].filter((resource) => resource.namespaced);
  const reviewed = (confinedTo: readonly string[]): AccessReview => ({
    scopeOf: (resource) => scopes.get(resourceKey(resource)) ?? [],
    knows: (resource) => scopes.has(resourceKey(resource)),
    forbidden: sorted(forbidden),
    confinedTo,
  });
  if (namespaced.length === 0) return reviewed([]);

  const meant = told ?? (await candidates(questions, contextNamespace));
  const asked = [...new Set([...meant, ...alsoRead])];
  const readable = new Map<string, ReadonlySet<WantedResource>>();
  await inParallel(asked, async (namespace) => {
    const rules = namespace === first ? rulesOfFirst : await questions.rulesIn(namespace);
    readable.set(namespace, await readableIn(questions, namespace, rules, namespaced));
  });
  const useful = meant.filter((namespace) => (readable.get(namespace)?.size ?? 0) > 0);
  for (const resource of namespaced) {
    scopes.set(
      resourceKey(resource),
      asked.filter((namespace) => readable.get(namespace)?.has(resource)),
    );
    forbidden.push(
      ...refusals(resource, missing.get(resource) ?? 'list', chosen.length > 0 ? chosen : useful, readable),
    );
  }
  return reviewed(useful);
}

async function firstRefused(
  questions: AccessQuestions,
  { group, resource }: WantedResource,
): Promise<string | undefined> {
  const answers = await Promise.all(verbs.map((verb) => questions.mayDo(verb, group, resource)));
  return verbs.find((_, index) => answers[index] === false);
}

/** The namespaces that somebody without rights for all of them may mean. */
async function candidates(questions: AccessQuestions, contextNamespace: string): Promise<readonly string[]> {
  const known = (await questions.mayDo('list', '', 'namespaces')) ? await questions.namespaces() : undefined;
  return [...new Set([contextNamespace, ...(known ?? [])])].slice(0, maximumNamespaces);
}

async function readableIn(
  questions: AccessQuestions,
  namespace: string,
  { rules, isIncomplete }: NamespaceRules,
  resources: readonly WantedResource[],
): Promise<ReadonlySet<WantedResource>> {
  const allowed = new Set(resources.filter((resource) => verbs.every((verb) => allows(rules, verb, resource))));
  if (isIncomplete)
    await inParallel(
      resources.filter((resource) => !allowed.has(resource)),
      async (resource) => {
        const { group } = resource;
        const answers = await Promise.all(
          verbs.map((verb) => questions.mayDo(verb, group, resource.resource, namespace)),
        );
        if (answers.every(Boolean)) allowed.add(resource);
      },
    );
  return allowed;
}

function allows(rules: readonly AccessRule[], verb: string, { group, resource }: WantedResource): boolean {
  const has = (list: readonly string[], value: string): boolean => list.includes('*') || list.includes(value);
  return rules.some(
    (rule) => !rule.isForNames && has(rule.verbs, verb) && has(rule.groups, group) && has(rule.resources, resource),
  );
}

function refusals(
  { group, resource }: WantedResource,
  verb: string,
  namespaces: readonly string[],
  readable: ReadonlyMap<string, ReadonlySet<WantedResource>>,
): readonly ForbiddenResource[] {
  const without = namespaces.filter(
    (namespace) =>
      ![...(readable.get(namespace) ?? [])].some((one) => one.group === group && one.resource === resource),
  );
  if (namespaces.length === 0 || without.length > maximumNamed) return [{ verb, group, resource }];
  return without.map((namespace) => ({ verb, group, resource, namespace }));
}

function sorted(forbidden: readonly ForbiddenResource[]): readonly ForbiddenResource[] {
  const key = ({ group, resource, namespace = '', verb }: ForbiddenResource): string =>
    [group, resource, namespace, verb].join('/');
  return [...forbidden].sort((a, b) => compareText(key(a), key(b)));
}

async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let item = items[next++]; item !== undefined; item = items[next++]) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(parallel, items.length) }, worker));
}
