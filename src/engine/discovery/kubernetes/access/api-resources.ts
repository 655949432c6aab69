import { fieldOf, listOf, stringOf } from '../../../../shared/untrusted.ts';
import type { KubeTransport } from '../transport/kube-transport.ts';
import { ask, refusalOf } from './kube-answer.ts';

/** How objects of a kind are addressed. */
export interface ApiResource {
  readonly apiVersion: string;
  readonly kind: string;
  /** Plural, as in paths. */
  readonly resource: string;
  readonly namespaced: boolean;
}

/** The server answered something else than a list of resources. */
class ApiResourcesError extends Error {
  override readonly name = 'ApiResourcesError';
}

const keepMs = 30_000;

/** `v1` or `group/v1`: it becomes part of a path, and documents may say anything. */
const validVersion = /^(?:[a-z0-9][a-z0-9.-]*\/)?[a-z0-9]+$/i;

const root = (apiVersion: string): string => (apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`);

/** Path of an object; without a name, of its collection. */
export function objectPath(
  { apiVersion, resource, namespaced }: ApiResource,
  namespace: string,
  name?: string,
): string {
  const within = namespaced ? `/namespaces/${encodeURIComponent(namespace)}` : '';
  return `${root(apiVersion)}${within}/${resource}${name === undefined ? '' : `/${encodeURIComponent(name)}`}`;
}

/** Finds how kinds are addressed, asking the server for a group's resources when it is first asked about. */
export class ApiResources {
  readonly #transport: KubeTransport;
  readonly #now: () => number;
  readonly #known = new Map<string, { readonly until: number; readonly resources: readonly ApiResource[] }>();

  constructor(transport: KubeTransport, now: () => number = Date.now) {
    this.#transport = transport;
    this.#now = now;
  }

  /** Undefined where the server does not have the kind. Rejects with `KubeFailure` or `ApiResourcesError`. */
  async find(apiVersion: string, kind: string, signal?: AbortSignal): Promise<ApiResource | undefined> {
    if (!validVersion.test(apiVersion)) return undefined;
    const known = this.#known.get(apiVersion);
    const found = known?.resources.find((resource) => resource.kind === kind);
    // A kind that is missing may have been installed since.
    if (known && found && known.until > this.#now()) return found;
    const answer = await ask(this.#transport, { path: root(apiVersion), ...(signal ? { signal } : {}) });
    if (answer.status === 404) {
      this.#known.delete(apiVersion);
      return undefined;
    }
    if (!answer.ok) throw new ApiResourcesError(refusalOf(answer));
    const resources = listOf(fieldOf(answer.value, 'resources')).flatMap((item): readonly ApiResource[] => {
      const resource = stringOf(fieldOf(item, 'name'));
      const itsKind = stringOf(fieldOf(item, 'kind'));
      if (resource === undefined || itsKind === undefined || resource.includes('/')) return [];
      return [{ apiVersion, kind: itsKind, resource, namespaced: fieldOf(item, 'namespaced') === true }];
    });
    this.#known.set(apiVersion, { until: this.#now() + keepMs, resources });
    return resources.find((resource) => resource.kind === kind);
  }
}
