import type { ForbiddenResource } from '../../../shared/cluster.ts';
import type { Translate } from '../../translate.ts';

/** "list pods in namespace bookinfo", "watch virtualservices.networking.istio.io in all namespaces". */
export function forbiddenAction({ verb, group, resource, namespace }: ForbiddenResource, t: Translate): string {
  const what = group === '' ? resource : `${resource}.${group}`;
  return namespace === undefined
    ? t('{0} {1} in all namespaces', verb, what)
    : t('{0} {1} in namespace {2}', verb, what, namespace);
}

/** What an administrator needs to allow it: sentences, and the roles to bind. */
export function administratorText(
  context: string,
  user: string | undefined,
  forbidden: readonly ForbiddenResource[],
  t: Translate,
): string {
  const who =
    user === undefined
      ? t('In context {0} these actions are not allowed:', context)
      : t('In context {0} the user {1} of the kubeconfig is not allowed to:', context, user);
  const lines = forbidden.map((one) => `- ${forbiddenAction(one, t)}`);
  const roles = [...new Set(forbidden.map(({ namespace }) => namespace))].map((namespace) =>
    role(
      namespace,
      forbidden.filter((one) => one.namespace === namespace),
    ),
  );
  return [who, ...lines, '', t('These roles, bound to that user, would allow it:'), '', roles.join('---\n')].join('\n');
}

/** A role with one rule for each group and set of verbs. */
function role(namespace: string | undefined, forbidden: readonly ForbiddenResource[]): string {
  const verbs = new Map<string, Set<string>>();
  for (const { group, resource, verb } of forbidden) {
    const key = `${group}/${resource}`;
    verbs.set(key, (verbs.get(key) ?? new Set()).add(verb));
  }
  const rules = new Map<string, { readonly group: string; readonly verbs: string; readonly resources: string[] }>();
  for (const [key, wanted] of verbs) {
    const at = key.indexOf('/');
    const group = key.slice(0, at);
    const list = [...wanted].sort().join(', ');
    const rule = rules.get(`${group} ${list}`) ?? { group, verbs: list, resources: [] };
    rule.resources.push(key.slice(at + 1));
    rules.set(`${group} ${list}`, rule);
  }
  return [
    'apiVersion: rbac.authorization.k8s.io/v1',
    `kind: ${namespace === undefined ? 'ClusterRole' : 'Role'}`,
    'metadata:',
    '  name: meshlens-reader',
    ...(namespace === undefined ? [] : [`  namespace: ${namespace}`]),
    'rules:',
    ...[...rules.values()].flatMap((rule) => [
      `  - apiGroups: ['${rule.group}']`,
      `    resources: [${rule.resources.sort().join(', ')}]`,
      `    verbs: [${rule.verbs}]`,
    ]),
    '',
  ].join('\n');
}
