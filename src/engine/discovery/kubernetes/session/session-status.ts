import type {
  ClusterStatus,
  ConnectionPhase,
  ForbiddenResource,
  MeshInstallation,
  WatchedKind,
} from '../../../../shared/cluster.ts';

/** What keeps the whole server from being read. */
export interface SessionTrouble {
  readonly reason:
    'unreachable' | 'tls' | 'credentials' | 'timeout' | 'too-large' | 'protocol' | 'unauthorized' | 'failing';
  /** For people, with a way forward. */
  readonly message: string;
}

/** Everything a status is made of. */
export interface StatusInput {
  readonly context: string;
  readonly trouble: SessionTrouble | undefined;
  readonly kubernetesVersion: string | undefined;
  /** Rights are known, so it is known what is to be followed. */
  readonly isReviewed: boolean;
  /** Namespaces to which the rights of the user are confined; empty: they are not. */
  readonly confinedTo: readonly string[];
  readonly chosen: readonly string[];
  readonly knownNamespaces: readonly string[];
  readonly kinds: readonly WatchedKind[];
  readonly forbidden: readonly ForbiddenResource[];
  readonly meshes: readonly MeshInstallation[];
}

type Said = Omit<ClusterStatus, 'asOf' | 'telemetry'>;

/** Without these a mesh can be shown and analyzed all the same; what they add is said to be missing in the list. */
const dispensable: ReadonlySet<string> = new Set([
  'namespaces',
  'secrets',
  'configmaps',
  'nodes',
  'serviceaccounts',
  'replicasets',
  'jobs',
  'cronjobs',
  'mutatingwebhookconfigurations',
  'customresourcedefinitions',
  'gatewayclasses',
]);

/** Phase and sentence of a session. */
export function sessionStatus(input: StatusInput): Said {
  const { context, kubernetesVersion, chosen, knownNamespaces, kinds, forbidden, meshes } = input;
  const { phase, message } = phaseOf(input);
  return {
    context,
    phase,
    ...(message === undefined ? {} : { message }),
    ...(kubernetesVersion === undefined ? {} : { kubernetesVersion }),
    namespaces: chosen,
    knownNamespaces,
    kinds,
    forbidden,
    meshes,
  };
}

function phaseOf(input: StatusInput): { readonly phase: ConnectionPhase; readonly message?: string } {
  const { trouble, kinds, isReviewed, confinedTo, chosen, forbidden } = input;
  if (trouble) return { phase: phases[trouble.reason], message: trouble.message };
  const wanted = kinds.filter(({ state }) => state !== 'absent');
  const readable = wanted.filter(({ state }) => state !== 'forbidden');
  if (!isReviewed) return { phase: 'connecting', message: 'Asking what you may read …' };
  if (wanted.length === 0) return { phase: 'connecting', message: 'Asking what the cluster serves …' };
  if (readable.length === 0)
    return {
      phase: 'degraded',
      message: nothingReadable(chosen, confinedTo),
    };
  const listing = readable.filter(({ state }) => state === 'listing');
  const retrying = readable.filter(({ state }) => state === 'retrying');
  if (listing.length > 0 && retrying.length === 0)
    return { phase: 'connecting', message: `Reading ${plural(listing.length, 'kind')} of ${readable.length} …` };
  const [late] = retrying;
  if (late)
    return {
      phase: 'degraded',
      message: `${late.message ?? `${late.kind} cannot be followed; it is tried again.`}${others(retrying.length - 1)}`,
    };
  const missing = forbidden.filter(({ resource }) => !dispensable.has(resource));
  const [first] = missing;
  if (first) return { phase: 'degraded', message: `${refusal(first)}${others(missing.length - 1)}` };
  if (confinedTo.length > 0 && chosen.length === 0)
    return {
      phase: 'connected',
      message: `You may read ${confinedTo.length === 1 ? 'the namespace' : 'the namespaces'} ${few(confinedTo)} only; the rest of the cluster is not shown.`,
    };
  return { phase: 'connected' };
}

const phases: Readonly<Record<SessionTrouble['reason'], ConnectionPhase>> = {
  unreachable: 'unreachable',
  timeout: 'unreachable',
  failing: 'unreachable',
  protocol: 'unreachable',
  'too-large': 'unreachable',
  tls: 'unreachable',
  unauthorized: 'unauthorized',
  credentials: 'unauthorized',
};

function nothingReadable(chosen: readonly string[], confinedTo: readonly string[]): string {
  const where = chosen.length > 0 ? ` in ${few(chosen)}` : confinedTo.length > 0 ? ` in ${few(confinedTo)}` : '';
  return `You may read nothing of a mesh${where}. Choose a namespace in which you have rights, or ask an administrator for the verbs list and watch, for example by the ClusterRole "view".`;
}

/** `You may not list virtualservices.networking.istio.io in shop.` */
function refusal({ verb, group, resource, namespace }: ForbiddenResource): string {
  const where = namespace === undefined ? '' : ` in ${namespace}`;
  return `You may not ${verb} ${resource}${group === '' ? '' : `.${group}`}${where}; ask an administrator of the cluster for this right.`;
}

const others = (count: number): string => (count > 0 ? ` (and ${count} more)` : '');
const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`;

const few = (names: readonly string[]): string =>
  names.length > 3 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more` : names.join(', ');
