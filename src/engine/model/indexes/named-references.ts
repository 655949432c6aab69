/** What an object refers to: by name, or by the host of a service. */
import type { FieldPath } from '../../../shared/text.ts';
import { fieldOf, listOf, stringOf } from '../../../shared/untrusted.ts';
import type { KindKey, MeshObject } from '../mesh-object.ts';
import { Kinds } from '../kinds.ts';
import { fullHost } from './hosts.ts';

export type ReferenceTarget =
  | { readonly type: 'object'; readonly kind: KindKey; readonly namespace: string; readonly name: string }
  | { readonly type: 'host'; readonly host: string; readonly subset?: string };

/** A field of an object that names another. */
export interface Reference {
  readonly from: MeshObject;
  readonly path: FieldPath;
  readonly target: ReferenceTarget;
}

type Found = Omit<Reference, 'from'>;

/** Items of a list with their paths. */
function itemsAt(value: unknown, key: string, path: FieldPath): readonly { value: unknown; path: FieldPath }[] {
  return listOf(fieldOf(value, key)).map((item, index) => ({ value: item, path: [...path, key, index] }));
}

function destination(value: unknown, path: FieldPath, namespace: string, clusterDomain: string): readonly Found[] {
  const host = stringOf(fieldOf(value, 'host'));
  const subset = stringOf(fieldOf(value, 'subset'));
  if (!host) return [];
  const target = { type: 'host', host: fullHost(host, namespace, clusterDomain) } as const;
  return [{ path: [...path, 'host'], target: subset ? { ...target, subset } : target }];
}

/** `gateway`, `namespace/gateway`, `./gateway`, and the old `gateway.namespace.svc.cluster.local`. */
function gateway(value: unknown, path: FieldPath, namespace: string): readonly Found[] {
  const text = stringOf(value);
  if (!text || text === 'mesh') return [];
  const [before = '', after] = text.split('/', 2);
  const [short = '', second] = before.split('.', 2);
  const [owner, name] =
    after === undefined ? [second ?? namespace, short] : [before === '.' ? namespace : before, after];
  return [{ path, target: { type: 'object', kind: Kinds.gateway, namespace: owner, name } }];
}

function virtualService({ spec, namespace }: MeshObject, clusterDomain: string): readonly Found[] {
  const to = (value: unknown, path: FieldPath): readonly Found[] => destination(value, path, namespace, clusterDomain);
  const destinations = (rule: { value: unknown; path: FieldPath }, key: string): readonly Found[] =>
    itemsAt(rule.value, key, rule.path).flatMap(({ value, path }) =>
      to(fieldOf(value, 'destination'), [...path, 'destination']),
    );
  const gateways = (holder: { value: unknown; path: FieldPath }): readonly Found[] =>
    itemsAt(holder.value, 'gateways', holder.path).flatMap(({ value, path }) => gateway(value, path, namespace));
  const rules = ['http', 'tls', 'tcp'].flatMap((protocol) => itemsAt(spec, protocol, ['spec']));
  return [
    ...gateways({ value: spec, path: ['spec'] }),
    ...rules.flatMap((rule) => {
      const delegate = stringOf(fieldOf(fieldOf(rule.value, 'delegate'), 'name'));
      const owner = stringOf(fieldOf(fieldOf(rule.value, 'delegate'), 'namespace')) ?? namespace;
      return [
        ...itemsAt(rule.value, 'match', rule.path).flatMap(gateways),
        ...destinations(rule, 'route'),
        ...destinations(rule, 'mirrors'),
        ...to(fieldOf(rule.value, 'mirror'), [...rule.path, 'mirror']),
        ...(delegate
          ? [
              {
                path: [...rule.path, 'delegate', 'name'],
                target: { type: 'object', kind: Kinds.virtualService, namespace: owner, name: delegate },
              } as const,
            ]
          : []),
      ];
    }),
  ];
}

/** A reference as the Gateway API writes it; group, kind and namespace may be left out. */
function objectReference(
  value: unknown,
  path: FieldPath,
  namespace: string,
  defaults: { readonly group: string; readonly kind: string },
): readonly Found[] {
  const name = stringOf(fieldOf(value, 'name'));
  if (!name) return [];
  const group = stringOf(fieldOf(value, 'group')) ?? defaults.group;
  const kind = stringOf(fieldOf(value, 'kind')) ?? defaults.kind;
  // Istio's way to send a route of the Gateway API to a host.
  if (group === 'networking.istio.io' && kind === 'Hostname') {
    return [{ path: [...path, 'name'], target: { type: 'host', host: name.toLowerCase() } }];
  }
  const owner = kind === 'GatewayClass' ? '' : (stringOf(fieldOf(value, 'namespace')) ?? namespace);
  return [
    { path: [...path, 'name'], target: { type: 'object', kind: `${group || 'core'}/${kind}`, namespace: owner, name } },
  ];
}

const gatewayGroup = 'gateway.networking.k8s.io';
const toGateway = { group: gatewayGroup, kind: 'Gateway' };
const toService = { group: '', kind: 'Service' };
const toSecret = { group: '', kind: 'Secret' };

function gatewayRoute({ spec, namespace }: MeshObject): readonly Found[] {
  return [
    ...itemsAt(spec, 'parentRefs', ['spec']).flatMap(({ value, path }) =>
      objectReference(value, path, namespace, toGateway),
    ),
    ...itemsAt(spec, 'rules', ['spec']).flatMap((rule) => [
      ...itemsAt(rule.value, 'backendRefs', rule.path).flatMap(({ value, path }) =>
        objectReference(value, path, namespace, toService),
      ),
      ...itemsAt(rule.value, 'filters', rule.path).flatMap(({ value, path }) =>
        objectReference(
          fieldOf(fieldOf(value, 'requestMirror'), 'backendRef'),
          [...path, 'requestMirror', 'backendRef'],
          namespace,
          toService,
        ),
      ),
    ]),
  ];
}

function kubernetesGateway({ spec, namespace }: MeshObject): readonly Found[] {
  const name = stringOf(fieldOf(spec, 'gatewayClassName'));
  return [
    ...(name
      ? [
          {
            path: ['spec', 'gatewayClassName'],
            target: { type: 'object', kind: Kinds.gatewayClass, namespace: '', name },
          } as const,
        ]
      : []),
    ...itemsAt(spec, 'listeners', ['spec']).flatMap((listener) =>
      itemsAt(fieldOf(listener.value, 'tls'), 'certificateRefs', [...listener.path, 'tls']).flatMap(({ value, path }) =>
        objectReference(value, path, namespace, toSecret),
      ),
    ),
  ];
}

function policyTargets({ spec, namespace }: MeshObject): readonly Found[] {
  return [
    ...objectReference(fieldOf(spec, 'targetRef'), ['spec', 'targetRef'], namespace, toGateway),
    ...itemsAt(spec, 'targetRefs', ['spec']).flatMap(({ value, path }) =>
      objectReference(value, path, namespace, toGateway),
    ),
  ];
}

function ingress({ spec, namespace }: MeshObject): readonly Found[] {
  const backend = (value: unknown, path: FieldPath): readonly Found[] =>
    objectReference(fieldOf(value, 'service'), [...path, 'service'], namespace, toService);
  return [
    ...backend(fieldOf(spec, 'defaultBackend'), ['spec', 'defaultBackend']),
    ...itemsAt(spec, 'rules', ['spec']).flatMap((rule) =>
      itemsAt(fieldOf(rule.value, 'http'), 'paths', [...rule.path, 'http']).flatMap(({ value, path }) =>
        backend(fieldOf(value, 'backend'), [...path, 'backend']),
      ),
    ),
  ];
}

function endpointSlice({ labels, namespace }: MeshObject): readonly Found[] {
  const name = Object.hasOwn(labels, serviceNameLabel) ? labels[serviceNameLabel] : undefined;
  return name
    ? [
        {
          path: ['metadata', 'labels', serviceNameLabel],
          target: { type: 'object', kind: Kinds.service, namespace, name },
        },
      ]
    : [];
}

/** Label of an EndpointSlice with the name of its service. */
export const serviceNameLabel = 'kubernetes.io/service-name';

/** How the references of a kind are found. */
export const referenceReaders: ReadonlyMap<KindKey, (object: MeshObject, clusterDomain: string) => readonly Found[]> =
  new Map<KindKey, (object: MeshObject, clusterDomain: string) => readonly Found[]>([
    [Kinds.virtualService, virtualService],
    [
      Kinds.destinationRule,
      ({ spec, namespace }, clusterDomain) => destination(spec, ['spec'], namespace, clusterDomain),
    ],
    ...[Kinds.httpRoute, Kinds.grpcRoute, Kinds.tlsRoute, Kinds.tcpRoute, Kinds.udpRoute].map(
      (kind) => [kind, gatewayRoute] as const,
    ),
    [Kinds.kubernetesGateway, kubernetesGateway],
    ...[
      Kinds.authorizationPolicy,
      Kinds.requestAuthentication,
      Kinds.telemetry,
      Kinds.wasmPlugin,
      Kinds.envoyFilter,
      Kinds.backendTlsPolicy,
    ].map((kind) => [kind, policyTargets] as const),
    [Kinds.ingress, ingress],
    [Kinds.endpointSlice, endpointSlice],
  ]);
