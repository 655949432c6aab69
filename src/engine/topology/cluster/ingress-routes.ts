import { fieldOf, listOf, stringOf } from '../../../shared/untrusted.ts';
import { Kinds } from '../../model/kinds.ts';
import { refOf, type MeshObject } from '../../model/mesh-object.ts';
import { workloadEnd, type Route, type Rule } from './declared-route.ts';
import type { ClusterNaming, LabelledWorkload } from './declare-workloads.ts';
import { podlessGateway } from './podless-gateway.ts';
import type { CallContext } from './target-finder.ts';

/**
 * An Ingress as a place that calls come through. Nothing in the cluster says which pods its controller has, and one controller
 * serves all, so it stands for itself; the words behind its name keep it apart from the workload that is often named alike.
 */
export const ingressGateway = (ingress: MeshObject, naming: ClusterNaming): LabelledWorkload =>
  podlessGateway(ingress, `${ingress.name} (Ingress)`, naming);

/** From each Ingress to the services that its paths and its default name. */
export function ingressRoutes({ snapshot, naming }: Pick<CallContext, 'snapshot' | 'naming'>): readonly Route[] {
  return snapshot.ofKind(Kinds.ingress).flatMap((ingress): Route[] => {
    const { spec, namespace } = ingress;
    const backends = [
      ...listOf(fieldOf(spec, 'rules')).flatMap((rule) =>
        listOf(fieldOf(fieldOf(rule, 'http'), 'paths')).map((path) => fieldOf(path, 'backend')),
      ),
      fieldOf(spec, 'defaultBackend'),
    ];
    const rules = backends.flatMap((backend): Rule[] => {
      const name = stringOf(fieldOf(fieldOf(backend, 'service'), 'name')) ?? '';
      if (name === '') return [];
      return [[{ host: `${name}.${namespace}.svc.${naming.clusterDomain}`, subset: '', weight: 1 }]];
    });
    if (rules.length === 0) return [];
    const sources = [workloadEnd(ingressGateway(ingress, naming))];
    return [{ declaredBy: naming.locate(refOf(ingress)), protocol: 'http', sources, rules }];
  });
}
