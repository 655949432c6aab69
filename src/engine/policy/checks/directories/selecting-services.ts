import { fieldOf, listOf, numberOf, stringOf, textsOf } from '../../../../shared/untrusted.ts';
import type { FieldPath } from '../../../../shared/text.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { Labels, MeshObject } from '../../../model/mesh-object.ts';
import { selectorMatches } from '../../semantics/hosts.ts';
import type { Index } from '../check.ts';
import { perObject } from '../per-object.ts';
import { addToList } from './add-to-list.ts';

/** A port of a Service as it is written; unlike those of the registry, also one that no proxy looks at. */
export interface WrittenPort {
  readonly name: string;
  readonly number: number;
  /** `TCP` where nothing is said. */
  readonly transport: string;
  readonly appProtocol: string | undefined;
  /** Number or name of the port of the pods. */
  readonly target: number | string;
  readonly path: FieldPath;
}

export const portsOf = perObject((service: MeshObject): readonly WrittenPort[] =>
  listOf(fieldOf(service.spec, 'ports')).flatMap((port, index) => {
    const number = numberOf(fieldOf(port, 'port'));
    if (number === undefined) return [];
    const target = fieldOf(port, 'targetPort');
    const isTarget = (typeof target === 'number' && target !== 0) || (typeof target === 'string' && target !== '');
    return [
      {
        name: stringOf(fieldOf(port, 'name')) ?? '',
        number,
        transport: stringOf(fieldOf(port, 'protocol')) ?? 'TCP',
        appProtocol: stringOf(fieldOf(port, 'appProtocol')),
        target: isTarget ? target : number,
        path: ['spec', 'ports', index],
      },
    ];
  }),
);

export const selectorOfService = (service: MeshObject): Labels => textsOf(fieldOf(service.spec, 'selector'));

interface PlacedService {
  readonly order: number;
  readonly service: MeshObject;
}

const pairOf = (namespace: string, key: string, value: string): string => `${namespace} ${key}=${value}`;

/** Services by the workloads that they select: each under the first label of its selector. */
export class SelectingServices {
  readonly #byLabel = new Map<string, PlacedService[]>();

  constructor(services: readonly MeshObject[]) {
    for (const [order, service] of services.entries()) {
      const [first] = Object.entries(selectorOfService(service));
      if (first) addToList(this.#byLabel, pairOf(service.namespace, ...first), { order, service });
    }
  }

  of({ namespace, labels }: { readonly namespace: string; readonly labels: Labels }): readonly MeshObject[] {
    return Object.entries(labels)
      .flatMap(([key, value]) => this.#byLabel.get(pairOf(namespace, key, value)) ?? [])
      .filter(({ service }) => selectorMatches(selectorOfService(service), labels))
      .sort((a, b) => a.order - b.order)
      .map(({ service }) => service);
  }
}

export const selectingServices: Index<SelectingServices> = {
  inputs: [Kinds.service],
  relevant: (service) => [selectorOfService(service), portsOf(service)],
  build: (objects) => new SelectingServices(objects.ofKind(Kinds.service)),
};
