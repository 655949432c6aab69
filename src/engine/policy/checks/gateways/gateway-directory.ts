import { fieldOf, isRecord, listOf, numberOf, stringOf, textsOf, valueAt } from '../../../../shared/untrusted.ts';
import type { FieldPath } from '../../../../shared/text.ts';
import type { UntrustedRecord } from '../../../../shared/untrusted.ts';
import type { Labels, MeshObject } from '../../../model/mesh-object.ts';
import { selectorMatches } from '../../semantics/hosts.ts';
import { perObject } from '../per-object.ts';

/** A host of a server. `namespace` is that of the VirtualServices that may use it: `*` for any. */
interface ServerHost {
  readonly namespace: string;
  readonly host: string;
  readonly path: FieldPath;
}

export interface ServerView {
  readonly object: MeshObject;
  readonly path: FieldPath;
  readonly port: number | undefined;
  readonly protocol: string;
  readonly bind: string;
  readonly hosts: readonly ServerHost[];
  /** Absent where the server has none. */
  readonly tls: UntrustedRecord | undefined;
}

export interface GatewayView {
  readonly object: MeshObject;
  /** Empty: every gateway proxy. */
  readonly selector: Labels;
  readonly servers: readonly ServerView[];
}

/** Servers of a Gateway, read from untrusted data: what is wrong is left out. */
export const readGateway = perObject((object: MeshObject): GatewayView => ({
  object,
  selector: textsOf(fieldOf(object.spec, 'selector')),
  servers: listOf(fieldOf(object.spec, 'servers')).flatMap((value, index) =>
    isRecord(value) ? [readServer(object, value, ['spec', 'servers', index])] : [],
  ),
}));

function readServer(object: MeshObject, value: UntrustedRecord, path: FieldPath): ServerView {
  const tls = fieldOf(value, 'tls');
  return {
    object,
    path,
    port: numberOf(valueAt(value, ['port', 'number'])),
    protocol: (stringOf(valueAt(value, ['port', 'protocol'])) ?? '').toUpperCase(),
    bind: stringOf(fieldOf(value, 'bind')) ?? '',
    hosts: listOf(fieldOf(value, 'hosts')).flatMap((text, index): ServerHost[] => {
      if (typeof text !== 'string' || text === '') return [];
      const slash = text.indexOf('/');
      const scope = slash < 0 ? '*' : text.slice(0, slash);
      const namespace = scope === '.' ? object.namespace : scope;
      return [{ namespace, host: text.slice(slash + 1).toLowerCase(), path: [...path, 'hosts', index] }];
    }),
    tls: isRecord(tls) ? tls : undefined,
  };
}

/** Those that send requests on: a server beside them that redirects to HTTPS only asks to come back to one of them. */
export function routedServers(servers: readonly ServerView[]): readonly ServerView[] {
  const routed = servers.filter(({ tls }) => tls?.httpsRedirect !== true);
  return routed.length > 0 ? routed : servers;
}

/** Every proxy that one of the selectors chooses is chosen by the other, whatever proxies there are. */
export function selectorsNest(a: Labels, b: Labels): boolean {
  return selectorMatches(a, b) || selectorMatches(b, a);
}
