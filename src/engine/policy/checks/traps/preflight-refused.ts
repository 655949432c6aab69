import { fieldOf, isRecord, listOf, stringOf } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { MeshObject } from '../../../model/mesh-object.ts';
import type { Refusal } from '../../semantics/authorization.ts';
import { policiesOfWorkload, refusalOf } from '../../semantics/authorization.ts';
import type { WorkloadView } from '../../semantics/workloads.ts';
import { conditionValues } from '../authorization/authorization-view.ts';
import type { CheckContext, ObjectCheck } from '../check.ts';
import { authorizationPolicies } from '../directories/authorization-policies.ts';
import { workloadDirectory } from '../directories/workload-directory.ts';
import { readGateway } from '../gateways/gateway-directory.ts';
import { parseGatewayName } from '../routing/unknown-gateway.ts';
import type { RuleView } from '../routing/virtual-service-view.ts';
import { gatewaysOf, hostsOf, rulesOf } from '../routing/virtual-service-view.ts';

export const preflightRefused: ObjectCheck = {
  scope: 'object',
  code: 'MESH1365',
  rule: 'preflight-refused',
  aliases: [],
  severity: 'warning',
  summary: 'A rule answers questions of browsers about origins, but a policy of the gateway refuses them before.',
  subject: Kinds.virtualService,
  inputs: [Kinds.gateway, workloadDirectory, authorizationPolicies],
  run(context) {
    const { subject } = context;
    const rules = rulesOf(subject).filter(
      ({ value }) => listOf(fieldOf(fieldOf(value, 'corsPolicy'), 'allowOrigins')).length > 0,
    );
    if (rules.length === 0) return;
    const proxies = gatewaysOf(subject).flatMap((name) => (name === 'mesh' ? [] : proxiesOf(context, name)));
    for (const rule of rules) {
      const refusal = proxies.map((proxy) => refusalAt(context, proxy, rule)).find((found) => found !== undefined);
      const [policy] = refusal?.policies ?? [];
      if (!refusal || !policy) continue;
      context.report(subject, [...rule.path, 'corsPolicy'], {
        message: `Before a page of another origin may call, its browser asks by OPTIONS, without a token. AuthorizationPolicy \`${policy.name}\` of the gateway refuses that with 403, so the page never calls. Allow the method OPTIONS there.`,
        part: 'key',
        related: refusal.policies
          .slice(0, 3)
          .map((object) => ({ message: 'It asks for a token.', object, path: ['spec', 'rules'] })),
      });
    }
  },
};

function proxiesOf(context: CheckContext, written: string): readonly WorkloadView[] {
  const { namespace, name } = parseGatewayName(written, context.subject.namespace);
  const gateway = context.find(Kinds.gateway, namespace, name);
  const selector = gateway ? readGateway(gateway).selector : {};
  return Object.keys(selector).length === 0 ? [] : context.index(workloadDirectory).selected(selector);
}

/** Why the question is refused, for want of a token. Ports of gateways are not those that policies compare. */
function refusalAt(context: CheckContext, proxy: WorkloadView, rule: RuleView): Refusal | undefined {
  const policies = policiesOfWorkload(context.index(authorizationPolicies), context.settings.rootNamespace, proxy);
  if (
    policies.some((policy) => conditionValues(policy).some(({ key }) => /^(?:p|notP|destination\.p)orts?$/.test(key)))
  )
    return undefined;
  const host = hostsOf(context.subject)[0]?.host;
  const call = {
    port: 0,
    request: { method: 'OPTIONS', path: pathOf(rule), ...(host !== undefined && !host.includes('*') && { host }) },
  };
  const refusal = refusalOf(policies, call);
  return refusal?.policies.some(asksForTokens) === true ? refusal : undefined;
}

function pathOf({ matches }: RuleView): string {
  const [path] = matches.flatMap(({ value }) => {
    const uri = isRecord(value.uri) ? value.uri : {};
    return stringOf(uri.exact) ?? stringOf(uri.prefix) ?? [];
  });
  return path ?? '/';
}

function asksForTokens(policy: MeshObject): boolean {
  return conditionValues(policy).some(
    ({ key }) => /^(?:r|notR)equestPrincipals$/.test(key) || key.startsWith('request.auth.'),
  );
}
