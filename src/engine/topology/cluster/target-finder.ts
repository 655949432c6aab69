import { fieldOf, listOf, stringOf, textsOf } from '../../../shared/untrusted.ts';
import { fullHost } from '../../model/indexes/hosts.ts';
import { Kinds } from '../../model/kinds.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import type { DeclaredEnd, DeclaredService } from '../declarations.ts';
import type { Destination } from './declared-route.ts';
import type { ClusterNaming, LabelledWorkload } from './declare-workloads.ts';
import { selects } from './gateway-roles.ts';

export interface CallContext {
  readonly snapshot: Snapshot;
  readonly naming: ClusterNaming;
  readonly workloads: readonly LabelledWorkload[];
  readonly services: readonly DeclaredService[];
}

/** What a destination of a route reaches: the workloads of its service and subset, else the service itself. */
export class TargetFinder {
  readonly #context: CallContext;
  readonly #byHost: ReadonlyMap<string, DeclaredService>;
  readonly #workloads: ReadonlyMap<string, LabelledWorkload>;
  readonly #subsets = new Map<string, Readonly<Record<string, string>>>();

  constructor(context: CallContext) {
    this.#context = context;
    this.#byHost = new Map(context.services.map((service) => [service.host.toLowerCase(), service]));
    this.#workloads = new Map(
      context.workloads.map((workload) => [`${workload.namespace}/${workload.name}`, workload]),
    );
    const { clusterDomain } = context.naming;
    for (const rule of context.snapshot.ofKind(Kinds.destinationRule)) {
      const host = fullHost(stringOf(fieldOf(rule.spec, 'host')) ?? '', rule.namespace, clusterDomain);
      for (const subset of listOf(fieldOf(rule.spec, 'subsets'))) {
        const key = `${host} ${stringOf(fieldOf(subset, 'name')) ?? ''}`;
        if (!this.#subsets.has(key)) this.#subsets.set(key, textsOf(fieldOf(subset, 'labels')));
      }
    }
  }

  service(host: string): DeclaredService | undefined {
    return this.#byHost.get(host);
  }

  /** The service as an end of its own. */
  serviceEnd(service: DeclaredService): DeclaredEnd {
    const { namespace, name, host } = service;
    return { kind: 'service', cluster: this.#context.naming.cluster, namespace, name, host };
  }

  of({ host, subset, outside }: Destination): readonly { readonly end: DeclaredEnd; readonly part: number }[] {
    const service = this.#byHost.get(host);
    // A host that nobody declares is a finding of the analysis, not a place in a picture.
    if (!service) return outside ? [{ end: outside, part: 1 }] : [];
    const labels = subset === '' ? {} : this.#subsets.get(`${host} ${subset}`);
    const workloads = service.workloads.flatMap((name) => {
      const workload = this.#workloads.get(`${service.namespace}/${name}`);
      return workload && labels && selects(labels, workload.labels) ? [workload] : [];
    });
    if (workloads.length === 0) return [{ end: this.serviceEnd(service), part: 1 }];
    // Within a subset calls go to every endpoint alike.
    const sizes = workloads.map(({ instances }) => instances.filter(({ state }) => state === 'ready').length);
    const all = sizes.reduce((sum, size) => sum + size, 0);
    return workloads.map(({ namespace, name }, index) => ({
      end: { kind: 'workload', cluster: this.#context.naming.cluster, namespace, name },
      part: all === 0 ? 1 / workloads.length : (sizes[index] ?? 0) / all,
    }));
  }
}
