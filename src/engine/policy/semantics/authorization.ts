/** Whether AuthorizationPolicies let in a call whose sender has no identity of the mesh, such as a probe of the kubelet. */
import { fieldOf, isRecord, listOf, stringOf } from '../../../shared/untrusted.ts';
import type { MeshObject } from '../../model/mesh-object.ts';
import { selectorMatches } from './hosts.ts';
import { readPolicyTarget } from './policy-target.ts';
import type { WorkloadView } from './workloads.ts';

/** AuthorizationPolicies by namespace. */
export type AuthorizationPolicies = ReadonlyMap<string, readonly MeshObject[]>;

/** A request that can be read on its way. */
interface PlainRequest {
  readonly method: string;
  /** Without query. */
  readonly path: string;
  /** What `Host` says; absent where it is the address of the pod. */
  readonly host?: string;
}

/** A call without mutual TLS, from an address that is not known. */
export interface UnidentifiedCall {
  /** Of the workload, not of a Service. */
  readonly port: number;
  /** Absent where it is encrypted, or no HTTP. */
  readonly request?: PlainRequest;
}

/** Why a call is refused. */
export interface Refusal {
  /** `DENY`: the policy denies it. `ALLOW`: the policies allow others only. */
  readonly action: 'DENY' | 'ALLOW';
  readonly policies: readonly MeshObject[];
}

/** `maybe`: it depends on what is not known of the call. */
type Match = 'yes' | 'no' | 'maybe';

export function readAuthorizationPolicies(objects: readonly MeshObject[]): AuthorizationPolicies {
  const index = new Map<string, MeshObject[]>();
  for (const object of objects) {
    const list = index.get(object.namespace);
    if (list) list.push(object);
    else index.set(object.namespace, [object]);
  }
  return index;
}

/** Policies that the sidecar of the workload follows; those with `targetRefs` are for gateways and waypoints. */
export function policiesOfWorkload(
  index: AuthorizationPolicies,
  rootNamespace: string,
  { namespace, labels }: Pick<WorkloadView, 'namespace' | 'labels'>,
): readonly MeshObject[] {
  return [...new Set([rootNamespace, namespace])]
    .flatMap((name) => index.get(name) ?? [])
    .filter(({ spec, annotations }) => {
      const { selector, references } = readPolicyTarget(spec);
      const isDryRun = annotations['istio.io/dry-run'] === 'true';
      return !isDryRun && references.length === 0 && (!selector || selectorMatches(selector, labels));
    });
}

/**
 * Why the policies refuse the call, whatever else there is to know of it; undefined where they may let it in. Whether the
 * port carries HTTP is not asked: refused is what is refused either way.
 */
export function refusalOf(policies: readonly MeshObject[], call: UnidentifiedCall): Refusal | undefined {
  const asConnection = refusalBy(policies, { port: call.port });
  return call.request && asConnection ? refusalBy(policies, call) : asConnection;
}

function refusalBy(policies: readonly MeshObject[], call: UnidentifiedCall): Refusal | undefined {
  const having = (action: string): readonly MeshObject[] =>
    policies.filter(({ spec }) => (stringOf(fieldOf(spec, 'action')) ?? 'ALLOW') === action);
  const denying = having('DENY').filter(({ spec }) => anyRule(spec, call, 'DENY') === 'yes');
  if (denying.length > 0) return { action: 'DENY', policies: denying };
  const allowing = having('ALLOW');
  const isRefused = allowing.length > 0 && allowing.every(({ spec }) => anyRule(spec, call, 'ALLOW') === 'no');
  return isRefused ? { action: 'ALLOW', policies: allowing } : undefined;
}

/** A policy without rules matches nothing. */
function anyRule(spec: unknown, call: UnidentifiedCall, action: Refusal['action']): Match {
  return anyOf(listOf(fieldOf(spec, 'rules')).map((rule) => ruleMatch(rule, call, action)));
}

function ruleMatch(rule: unknown, call: UnidentifiedCall, action: Refusal['action']): Match {
  // Of a connection nobody knows fields of HTTP: a rule that denies goes on without them, one that allows is left out.
  const ofRequest = (match: (request: PlainRequest) => Match): Match =>
    call.request ? match(call.request) : action === 'DENY' ? 'yes' : 'no';
  const [from, to] = [listOf(fieldOf(rule, 'from')), listOf(fieldOf(rule, 'to'))];
  return allOf([
    from.length === 0 ? 'yes' : anyOf(from.map((entry) => fieldsMatch(fieldOf(entry, 'source'), call, ofRequest))),
    to.length === 0 ? 'yes' : anyOf(to.map((entry) => fieldsMatch(fieldOf(entry, 'operation'), call, ofRequest))),
    ...listOf(fieldOf(rule, 'when')).map((condition) => conditionMatch(condition, call, ofRequest)),
  ]);
}

type OfRequest = (match: (request: PlainRequest) => Match) => Match;

function fieldsMatch(fields: unknown, call: UnidentifiedCall, ofRequest: OfRequest): Match {
  if (!isRecord(fields)) return 'yes';
  return allOf(
    Object.keys(fields).flatMap((key) => {
      const values = textsIn(fields, key);
      const isNegative = /^not[A-Z]/.test(key);
      const name = isNegative ? key.charAt(3).toLowerCase() + key.slice(4) : key;
      return values.length === 0 ? [] : [fieldMatch(name, values, isNegative, call, ofRequest)];
    }),
  );
}

function fieldMatch(
  name: string,
  values: readonly string[],
  isNegative: boolean,
  { port }: UnidentifiedCall,
  ofRequest: OfRequest,
): Match {
  const signed = (match: Match): Match => (isNegative ? opposite(match) : match);
  switch (name) {
    case 'principals':
    case 'namespaces':
    case 'serviceAccounts':
    case 'trustDomains':
      return signed('no');
    case 'requestPrincipals':
      return ofRequest(() => signed('no'));
    case 'ports':
      return signed(values.includes(String(port)) ? 'yes' : 'no');
    case 'methods':
      return ofRequest(({ method }) => signed(anyOf(values.map((pattern) => textMatch(pattern, method)))));
    case 'paths':
      return ofRequest(({ path }) => signed(anyOf(values.map((pattern) => pathMatch(pattern, path)))));
    case 'hosts':
      return ofRequest(({ host }) => signed(anyOf(values.map((pattern) => hostMatch(pattern, host)))));
    default:
      return 'maybe';
  }
}

function conditionMatch(condition: unknown, call: UnidentifiedCall, ofRequest: OfRequest): Match {
  const key = stringOf(fieldOf(condition, 'key')) ?? '';
  const one = (values: readonly string[], isNegative: boolean): Match => {
    if (values.length === 0) return 'yes';
    if (key === 'destination.port') return fieldMatch('ports', values, isNegative, call, ofRequest);
    if (/^source\.(?:namespace|principal|serviceAccount|trustDomain)$/.test(key)) return isNegative ? 'yes' : 'no';
    if (key.startsWith('request.auth.')) return ofRequest(() => (isNegative ? 'yes' : 'no'));
    return key.startsWith('request.') ? ofRequest(() => 'maybe') : 'maybe';
  };
  return allOf([one(textsIn(condition, 'values'), false), one(textsIn(condition, 'notValues'), true)]);
}

function textsIn(fields: unknown, key: string): readonly string[] {
  return listOf(fieldOf(fields, key)).filter((value) => typeof value === 'string');
}

/** `*` stands for anything at one end; alone, for any text that is not empty. */
function textMatch(pattern: string, text: string): Match {
  if (pattern === '*') return text === '' ? 'no' : 'yes';
  const isMatch = pattern.startsWith('*')
    ? text.endsWith(pattern.slice(1))
    : pattern.endsWith('*')
      ? text.startsWith(pattern.slice(0, -1))
      : text === pattern;
  return isMatch ? 'yes' : 'no';
}

/** Templates, and paths that a proxy writes another way before it compares, are left open. */
function pathMatch(pattern: string, path: string): Match {
  return /[{}]/.test(pattern) || /[%\\]|\/\/|\/\.\.?(?:\/|$)/.test(path) ? 'maybe' : textMatch(pattern, path);
}

/** Where no name is said, the host is an address and a port: nothing that begins or ends in a letter. */
function hostMatch(pattern: string, host: string | undefined): Match {
  if (host !== undefined) return textMatch(pattern.toLowerCase(), host.toLowerCase());
  if (pattern === '*') return 'yes';
  return /^[a-z]|[a-z]$/i.test(pattern) ? 'no' : 'maybe';
}

function anyOf(matches: readonly Match[]): Match {
  return matches.includes('yes') ? 'yes' : matches.includes('maybe') ? 'maybe' : 'no';
}

function allOf(matches: readonly Match[]): Match {
  return matches.includes('no') ? 'no' : matches.includes('maybe') ? 'maybe' : 'yes';
}

function opposite(match: Match): Match {
  return match === 'yes' ? 'no' : match === 'no' ? 'yes' : 'maybe';
}
