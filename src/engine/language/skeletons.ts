/**
 * What an object of a kind usually looks like below its `metadata`, for a person to begin with: `${3:name}` is a place to
 * fill in, the same number the same text. 1 and 2 are the object's own name and namespace.
 */
import { Kinds } from '../model/kinds.ts';
import type { KindKey } from '../model/mesh-object.ts';

const istio: readonly (readonly [KindKey, string])[] = [
  [
    Kinds.virtualService,
    `spec:
  hosts:
    - \${3:service}
  http:
    - route:
        - destination:
            host: \${3:service}
`,
  ],
  [
    Kinds.destinationRule,
    `spec:
  host: \${3:service}
  subsets:
    - name: \${4:v1}
      labels:
        version: \${4:v1}
`,
  ],
  [
    Kinds.gateway,
    `spec:
  selector:
    istio: \${3:ingressgateway}
  servers:
    - port:
        number: \${4:80}
        name: \${5:http}
        protocol: \${6:HTTP}
      hosts:
        - "\${7:www.example.com}"
`,
  ],
  [
    Kinds.serviceEntry,
    `spec:
  hosts:
    - \${3:api.example.com}
  location: MESH_EXTERNAL
  resolution: DNS
  ports:
    - number: \${4:443}
      name: \${5:tls}
      protocol: \${6:TLS}
`,
  ],
  [
    Kinds.sidecar,
    `spec:
  egress:
    - hosts:
        - "./*"
        - "\${3:istio-system}/*"
`,
  ],
  [
    Kinds.authorizationPolicy,
    `spec:
  selector:
    matchLabels:
      app: \${3:service}
  action: ALLOW
  rules:
    - from:
        - source:
            principals:
              - "\${4:cluster.local/ns/default/sa/default}"
      to:
        - operation:
            methods: ["\${5:GET}"]
`,
  ],
  [
    Kinds.peerAuthentication,
    `spec:
  mtls:
    mode: \${3:STRICT}
`,
  ],
  [
    Kinds.requestAuthentication,
    `spec:
  selector:
    matchLabels:
      app: \${3:service}
  jwtRules:
    - issuer: "\${4:https://issuer.example.com}"
      jwksUri: "\${5:https://issuer.example.com/.well-known/jwks.json}"
`,
  ],
  [
    Kinds.telemetry,
    `spec:
  accessLogging:
    - providers:
        - name: \${3:envoy}
`,
  ],
];

const gatewayApi: readonly (readonly [KindKey, string])[] = [
  [
    Kinds.kubernetesGateway,
    `spec:
  gatewayClassName: \${3:istio}
  listeners:
    - name: \${4:http}
      port: \${5:80}
      protocol: \${6:HTTP}
      allowedRoutes:
        namespaces:
          from: \${7:Same}
`,
  ],
  [
    Kinds.httpRoute,
    `spec:
  parentRefs:
    - name: \${3:gateway}
  hostnames:
    - "\${4:www.example.com}"
  rules:
    - matches:
        - path:
            type: PathPrefix
            value: \${5:/}
      backendRefs:
        - name: \${6:service}
          port: \${7:80}
`,
  ],
  [
    Kinds.grpcRoute,
    `spec:
  parentRefs:
    - name: \${3:gateway}
  rules:
    - matches:
        - method:
            service: \${4:package.Service}
      backendRefs:
        - name: \${5:service}
          port: \${6:9000}
`,
  ],
  [
    Kinds.referenceGrant,
    `spec:
  from:
    - group: gateway.networking.k8s.io
      kind: \${3:HTTPRoute}
      namespace: \${4:namespace}
  to:
    - group: ""
      kind: \${5:Service}
`,
  ],
  [
    Kinds.backendTlsPolicy,
    `spec:
  targetRefs:
    - group: ""
      kind: Service
      name: \${3:service}
  validation:
    hostname: \${4:service.example.com}
    wellKnownCACertificates: System
`,
  ],
];

const linkerd: readonly (readonly [KindKey, string])[] = [
  [
    Kinds.linkerdServer,
    `spec:
  podSelector:
    matchLabels:
      app: \${3:service}
  port: \${4:8080}
  proxyProtocol: \${5:HTTP/1}
`,
  ],
  [
    Kinds.linkerdAuthorizationPolicy,
    `spec:
  targetRef:
    group: policy.linkerd.io
    kind: Server
    name: \${3:server}
  requiredAuthenticationRefs:
    - group: policy.linkerd.io
      kind: MeshTLSAuthentication
      name: \${4:clients}
`,
  ],
  [
    Kinds.linkerdMeshTlsAuthentication,
    `spec:
  identityRefs:
    - kind: ServiceAccount
      name: \${3:client}
`,
  ],
  [
    Kinds.linkerdNetworkAuthentication,
    `spec:
  networks:
    - cidr: \${3:10.0.0.0/8}
`,
  ],
];

const networkPolicies: readonly (readonly [KindKey, string])[] = [
  [
    Kinds.networkPolicy,
    `spec:
  podSelector:
    matchLabels:
      app: \${3:service}
  policyTypes: [Ingress]
  ingress:
    - from:
        - podSelector:
            matchLabels:
              app: \${4:client}
      ports:
        - protocol: TCP
          port: \${5:8080}
`,
  ],
  [
    Kinds.ciliumNetworkPolicy,
    `spec:
  endpointSelector:
    matchLabels:
      app: \${3:service}
  ingress:
    - fromEndpoints:
        - matchLabels:
            app: \${4:client}
      toPorts:
        - ports:
            - port: "\${5:8080}"
              protocol: TCP
`,
  ],
];

const kubernetes: readonly (readonly [KindKey, string])[] = [
  [
    Kinds.service,
    `spec:
  selector:
    app: \${3:service}
  ports:
    - name: \${4:http}
      port: \${5:80}
      targetPort: \${6:8080}
`,
  ],
  [
    Kinds.localMesh,
    `spec:
  services:
    - name: \${3:service}
      ports:
        - name: http
          port: \${4:8080}
          protocol: http
      workloads:
        - name: \${3:service}-v1
          version: v1
          run: \${5:node server.js}
`,
  ],
];

export const skeletons: ReadonlyMap<KindKey, string> = new Map([
  ...istio,
  ...gatewayApi,
  ...linkerd,
  ...networkPolicies,
  ...kubernetes,
]);
