/** A generated workspace of the size that budgets speak of, and a person who types in it. */

export interface WorkspaceFile {
  readonly uri: string;
  readonly text: string;
}

export const fileCount = 300;
const teams = 20;

/** Everything about one service: how it is routed, who may call it, what runs behind it. */
function documentsOf(index: number): readonly string[] {
  const namespace = `team-${index % teams}`;
  const name = `service-${index}`;
  // A neighbour in the same namespace calls it.
  const caller = `service-${(index + teams) % fileCount}`;
  const callerNamespace = `team-${((index + teams) % fileCount) % teams}`;
  const documents = [
    `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: ${name}, namespace: ${namespace} }
spec:
  hosts:
    - ${name}
  http:
    - match:
        - uri: { prefix: /api/ }
          headers: { x-canary: { exact: "true" } }
      timeout: 5s
      retries: { attempts: 2, perTryTimeout: 2s }
      route:
        - destination: { host: ${name}, subset: v2 }
    - route:
        - destination: { host: ${name}, subset: v1 }
          weight: 90
        - destination: { host: ${name}, subset: v2 }
          weight: 10`,
    `apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: ${name}, namespace: ${namespace} }
spec:
  host: ${name}
  trafficPolicy:
    loadBalancer: { simple: LEAST_REQUEST }
    connectionPool: { http: { http1MaxPendingRequests: 100 } }
  subsets:
    - name: v1
      labels: { version: v1 }
    - name: v2
      labels: { version: v2 }`,
    `apiVersion: v1
kind: Service
metadata: { name: ${name}, namespace: ${namespace} }
spec:
  selector: { app: ${name} }
  ports:
    - { name: http, port: 80, targetPort: 8080 }`,
    ...['v1', 'v2'].map(
      (version) => `apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name}-${version}, namespace: ${namespace} }
spec:
  selector: { matchLabels: { app: ${name}, version: ${version} } }
  template:
    metadata: { labels: { app: ${name}, version: ${version} } }
    spec:
      serviceAccountName: ${name}
      containers:
        - name: app
          image: registry.example/${name}:${version}
          ports: [{ containerPort: 8080 }]`,
    ),
    `apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: ${name}, namespace: ${namespace} }
spec:
  selector: { matchLabels: { app: ${name} } }
  action: ALLOW
  rules:
    - from:
        - source:
            principals: [cluster.local/ns/${callerNamespace}/sa/${caller}]
      to:
        - operation: { methods: [GET], paths: [/api/*] }`,
  ];
  if (index % 3 === 0) {
    documents.push(`apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: ${name}, namespace: ${namespace} }
spec:
  podSelector: { matchLabels: { app: ${name} } }
  policyTypes: [Ingress]
  ingress:
    - from: [{ podSelector: { matchLabels: { app: ${caller} } } }]
      ports: [{ port: 8080 }]`);
  }
  if (index % 3 === 1) {
    documents.push(`apiVersion: v1
kind: ServiceAccount
metadata: { name: ${name}, namespace: ${namespace} }`);
  }
  return documents;
}

/** 2,000 documents in 300 files. */
export function workspaceFiles(): readonly WorkspaceFile[] {
  return Array.from({ length: fileCount }, (_, index) => ({
    uri: `file:///w/${index}.yaml`,
    text: `${documentsOf(index).join('\n---\n')}\n`,
  }));
}

export interface TypingPlace {
  readonly name: string;
  /** What is there before, and what is typed in its place, key by key. */
  readonly from: string;
  readonly to: string;
}

/** Where people type; a word that is half typed names nothing that exists, a line that is half typed is no YAML. */
export const typingPlaces: readonly TypingPlace[] = [
  { name: 'a weight', from: 'weight: 90', to: 'weight: 80' },
  { name: 'a host', from: 'host: service-7, subset: v1', to: 'host: service-27.team-7, subset: v1' },
  { name: 'a new field', from: '      timeout: 5s\n', to: '      timeout: 5s\n      rewrite: { uri: /v1/ }\n' },
  { name: 'a subset', from: '    - name: v2\n', to: '    - name: canary\n' },
  { name: 'a port', from: 'port: 80,', to: 'port: 8080,' },
  {
    name: 'a label of pods',
    from: 'app: service-7, version: v2 } }\n    spec',
    to: 'app: service-7, version: v3 } }\n    spec',
  },
  { name: 'a caller', from: 'sa/service-27', to: 'sa/service-47' },
  { name: 'a comment', from: 'kind: VirtualService', to: 'kind: VirtualService # canary first' },
];

/** The file after each key: what was there is taken away from its end to what both have in common, then the new is typed. */
export function textsWhileTyping(text: string, { name, from, to }: TypingPlace): readonly string[] {
  if (!text.includes(from)) throw new Error(`The generated file has no place for ${name}.`);
  let common = 0;
  while (common < from.length && from[common] === to[common]) common++;
  let ending = 0;
  while (ending < from.length - common && ending < to.length - common && from.at(-1 - ending) === to.at(-1 - ending))
    ending++;
  const rest = from.slice(from.length - ending);
  const withWord = (word: string): string => text.replace(from, () => from.slice(0, common) + word + rest);
  const before = from.slice(common, from.length - ending);
  const after = to.slice(common, to.length - ending);
  return [
    ...Array.from({ length: before.length }, (_, keys) => withWord(before.slice(0, before.length - keys - 1))),
    ...Array.from({ length: after.length }, (_, keys) => withWord(after.slice(0, keys + 1))),
  ];
}
