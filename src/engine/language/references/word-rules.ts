/** Fields that hold one of the words of an API, or something of the user's own. */
import { listOf, stringOf, valueAt } from '../../../shared/untrusted.ts';
import { Kinds } from '../../model/kinds.ts';
import { protocolNames } from '../../policy/checks/admission/formats/protocols.ts';
import { proxyProtocols } from '../../policy/checks/linkerd/unknown-proxy-protocol.ts';
import { conditionAttributes } from '../../policy/checks/admission/policies/invalid-authorization-condition.ts';
import { retryConditions } from '../../policy/semantics/routing/retry-conditions.ts';
import type { NameProposal } from '../name-proposal.ts';
import type { Naming, ReferenceRule } from './reference-rule.ts';
import { rules } from './reference-rule.ts';

/** Words with what each means, as far as they do not say it themselves. */
function oneOf(...words: readonly (string | readonly [word: string, meaning: string])[]): Naming {
  const known = words.map((word): NameProposal =>
    typeof word === 'string' ? { name: word, type: 'value' } : { name: word[0], type: 'value', detail: word[1] },
  );
  return { targetOf: () => undefined, proposals: () => known, renamed: () => undefined };
}

const method = oneOf('GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'CONNECT', 'TRACE');
const retryOn: Naming = { ...oneOf(...retryConditions), isListInText: true };

/** Attributes that a condition may ask for; of headers and claims with a name to fill in. */
const attribute = oneOf(
  ...conditionAttributes,
  ['request.headers[x-name]', 'a header'],
  ['request.auth.claims[groups]', 'a claim of the token'],
);

/** Issuers of the tokens that are asked for in the namespace, or in the whole mesh. */
const requestPrincipal: Naming = {
  targetOf: () => undefined,
  proposals({ object }, { snapshot, settings }) {
    const issuers = [object.namespace, settings.rootNamespace].flatMap((namespace) =>
      snapshot
        .inNamespace(Kinds.requestAuthentication, namespace)
        .flatMap(({ spec }) => listOf(valueAt(spec, ['jwtRules'])))
        .flatMap((rule) => stringOf(valueAt(rule, ['issuer'])) ?? []),
    );
    return [
      { name: '*', type: 'value', detail: 'any valid token' },
      ...[...new Set(issuers)].map((issuer): NameProposal => {
        return { name: `${issuer}/*`, type: 'value', detail: 'any subject of the issuer' };
      }),
    ];
  },
  renamed: () => undefined,
};

const operation = 'spec.rules.*.to.*.operation';
const source = 'spec.rules.*.from.*.source';
const { virtualService, authorizationPolicy, gateway, serviceEntry, sidecar } = Kinds;

/** Fields that hold words of an API which its schema leaves open. */
export const wordRules: readonly ReferenceRule[] = [
  ...rules(virtualService, retryOn, 'spec.http.*.retries.retryOn'),
  ...rules(virtualService, method, 'spec.http.*.match.*.method.exact', 'spec.http.*.corsPolicy.allowMethods.*'),
  ...rules(authorizationPolicy, method, `${operation}.methods.*`, `${operation}.notMethods.*`),
  ...rules(authorizationPolicy, attribute, 'spec.rules.*.when.*.key'),
  ...rules(authorizationPolicy, requestPrincipal, `${source}.requestPrincipals.*`, `${source}.notRequestPrincipals.*`),
  ...rules(gateway, oneOf(...protocolNames), 'spec.servers.*.port.protocol'),
  ...rules(serviceEntry, oneOf(...protocolNames), 'spec.ports.*.protocol'),
  ...rules(sidecar, oneOf(...protocolNames), 'spec.ingress.*.port.protocol', 'spec.egress.*.port.protocol'),
  ...rules(Kinds.kubernetesGateway, oneOf('HTTP', 'HTTPS', 'TLS', 'TCP', 'UDP'), 'spec.listeners.*.protocol'),
  ...rules(Kinds.linkerdServer, oneOf(...proxyProtocols), 'spec.proxyProtocol'),
];
