/** Service accounts that Istio makes for the proxies of Gateways of the Gateway API. */
import { fieldOf, stringOf } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { MeshObject } from '../../../model/mesh-object.ts';
import type { Index } from '../check.ts';

/** Waypoints run under the name of their Gateway, other proxies under that and the name of the class. */
const accountsOf = (gateway: MeshObject): readonly string[] => {
  const className = stringOf(fieldOf(gateway.spec, 'gatewayClassName'));
  return className === undefined ? [] : [gateway.name, `${gateway.name}-${className}`];
};

export class GatewayAccounts {
  readonly #accounts = new Set<string>();
  readonly #namespaces = new Set<string>();

  constructor(gateways: readonly MeshObject[]) {
    for (const gateway of gateways) {
      this.#namespaces.add(gateway.namespace);
      for (const account of accountsOf(gateway)) this.#accounts.add(`${gateway.namespace}/${account}`);
    }
  }

  /** Whether the account is, or looks like, that of a Gateway; where Gateways are declared, of one of them. */
  mayHave(namespace: string, account: string): boolean {
    if (this.#namespaces.has(namespace)) return this.#accounts.has(`${namespace}/${account}`);
    return /(?:-istio|(?:^|-)waypoint)$/.test(account);
  }
}

export const gatewayAccounts: Index<GatewayAccounts> = {
  inputs: [Kinds.kubernetesGateway],
  relevant: accountsOf,
  build: (objects) => new GatewayAccounts(objects.ofKind(Kinds.kubernetesGateway)),
};
