/** Listeners of Gateways and ListenerSets, and which routes they admit. */
import type { FieldPath } from '../../../../shared/text.ts';
import type { UntrustedRecord } from '../../../../shared/untrusted.ts';
import { fieldOf, isRecord, listOf, numberOf, stringOf, valueAt } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { KindKey, MeshObject } from '../../../model/mesh-object.ts';
import { groupOf } from '../../../model/mesh-object.ts';
import type { LabelSelector } from '../label-selector.ts';
import { readLabelSelector } from '../label-selector.ts';

type AllowedNamespaces =
  /** `Unknown`: a word without meaning is written. */
  | { readonly from: 'Same' | 'All' | 'None' | 'Unknown' }
  | { readonly from: 'Selector'; readonly selector: LabelSelector | undefined };

interface AllowedKind {
  readonly path: FieldPath;
  readonly kind: KindKey;
}

export interface Listener {
  readonly owner: MeshObject;
  readonly path: FieldPath;
  readonly name: string;
  readonly port?: number;
  readonly protocol: string;
  /** Absent or empty: every host. */
  readonly hostname?: string;
  readonly tlsMode?: string;
  readonly value: UntrustedRecord;
  readonly namespaces: AllowedNamespaces;
  /** As declared; absent where the protocol decides. */
  readonly allowedKinds?: readonly AllowedKind[];
}

export function readListeners(owner: MeshObject): readonly Listener[] {
  return listOf(fieldOf(owner.spec, 'listeners')).flatMap((value, index): Listener[] => {
    if (!isRecord(value)) return [];
    const path = ['spec', 'listeners', index];
    const port = numberOf(value.port);
    const hostname = stringOf(value.hostname);
    const tlsMode = isRecord(value.tls) ? (stringOf(value.tls.mode) ?? 'Terminate') : undefined;
    const declared = listOf(valueAt(value, ['allowedRoutes', 'kinds']));
    return [
      {
        owner,
        path,
        name: stringOf(value.name) ?? '',
        ...(port !== undefined && { port }),
        protocol: stringOf(value.protocol) ?? '',
        ...(hostname !== undefined && hostname !== '' && { hostname }),
        ...(tlsMode !== undefined && { tlsMode }),
        value,
        namespaces: readNamespaces(valueAt(value, ['allowedRoutes', 'namespaces'])),
        ...(declared.length > 0 && {
          allowedKinds: declared.flatMap((entry, number) => {
            const kind = stringOf(fieldOf(entry, 'kind'));
            const group = stringOf(fieldOf(entry, 'group')) ?? groupOf(Kinds.httpRoute);
            if (kind === undefined) return [];
            return [
              {
                path: [...path, 'allowedRoutes', 'kinds', number],
                kind: `${group === '' ? 'core' : group}/${kind}`,
              },
            ];
          }),
        }),
      },
    ];
  });
}

function readNamespaces(value: unknown): AllowedNamespaces {
  const from = stringOf(fieldOf(value, 'from')) ?? 'Same';
  if (from === 'All' || from === 'None') return { from };
  if (from === 'Selector') return { from, selector: readLabelSelector(fieldOf(value, 'selector')) };
  return { from: from === 'Same' ? from : 'Unknown' };
}

/** Kinds of routes a protocol can carry; undefined for protocols that only an implementation knows. */
export function kindsOfProtocol({ protocol, tlsMode }: Listener): readonly KindKey[] | undefined {
  switch (protocol) {
    case 'HTTP':
    case 'HTTPS':
      return [Kinds.httpRoute, Kinds.grpcRoute];
    case 'TLS':
      // What is decrypted may be routed as TCP, or by the name that was asked for.
      return tlsMode === 'Passthrough' ? [Kinds.tlsRoute] : [Kinds.tcpRoute, Kinds.tlsRoute];
    case 'TCP':
      return [Kinds.tcpRoute];
    case 'UDP':
      return [Kinds.udpRoute];
    default:
      return undefined;
  }
}
