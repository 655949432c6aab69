import { didYouMean, nearestNames } from '../../../../shared/nearest-names.ts';
import type { FieldPath } from '../../../../shared/text.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { CheckContext, ObjectCheck } from '../check.ts';
import { gatewayAccounts } from '../directories/gateway-accounts.ts';
import { namespaceDirectory } from '../directories/namespace-directory.ts';
import { serviceAccountDirectory } from '../directories/service-account-directory.ts';
import { workloadDirectory } from '../directories/workload-directory.ts';
import { replacements } from '../replacements.ts';
import { conditionValues, parsePrincipal, principalsOf } from './authorization-view.ts';
import { isOwnTrustDomain } from './trust-domains.ts';

export const unknownPrincipal: ObjectCheck = {
  scope: 'object',
  code: 'MESH1705',
  rule: 'unknown-principal',
  aliases: ['KIA0106', 'KIA0107'],
  severity: 'error',
  summary: 'An AuthorizationPolicy names a service account that does not exist.',
  subject: Kinds.authorizationPolicy,
  inputs: [serviceAccountDirectory, gatewayAccounts, namespaceDirectory, workloadDirectory, Kinds.serviceAccount],
  run(context) {
    const { subject, settings, isNamespaceKnown } = context;
    for (const { value, path } of principalsOf(subject)) {
      const parsed = parsePrincipal(value);
      if (!parsed || !isOwnTrustDomain(parsed.trustDomain, settings)) continue;
      const before = value.slice(0, -parsed.account.length);
      check(context, {
        ...parsed,
        path,
        write: (name, namespace) =>
          namespace === parsed.namespace ? before + name : `${parsed.trustDomain}/ns/${namespace}/sa/${name}`,
      });
    }
    for (const { key, part, value, path } of conditionValues(subject)) {
      const isAccount =
        part === 'source' ? /^(?:notS|s)erviceAccounts$/.test(key) : part === 'when' && key === 'source.serviceAccount';
      if (!isAccount || value === '') continue;
      const [first = '', second] = value.split('/');
      if (second === undefined && !isNamespaceKnown) continue;
      const [namespace, account] = second === undefined ? [subject.namespace, first] : [first, second];
      check(context, {
        namespace,
        account,
        path,
        write: (name, where) => (second === undefined && where === namespace ? name : `${where}/${name}`),
      });
    }
  },
};

interface NamedAccount {
  readonly namespace: string;
  readonly account: string;
  readonly path: FieldPath;
  /** Writes another one in the same form. */
  readonly write: (name: string, namespace: string) => string;
}

function check(context: CheckContext, { namespace, account, path, write }: NamedAccount): void {
  const { subject } = context;
  const accounts = context.index(serviceAccountDirectory);
  const state = accounts.stateOf(namespace, account);
  if (state === 'known') {
    checkClusters(context, namespace, account, path);
    return;
  }
  if (context.index(workloadDirectory).usesAccount(namespace, account)) return;
  if (state === 'undecided') {
    checkNamespace(context, { namespace, account, path, write });
    return;
  }
  if (!accounts.isComplete && context.index(gatewayAccounts).mayHave(namespace, account)) return;
  const near = nearestNames(account, accounts.namesIn(namespace)).map((name) => write(name, namespace));
  const elsewhere = accounts.namespacesOf(account).map((other) => write(account, other));
  const proposals = [...new Set([...near, ...elsewhere])].slice(0, 4);
  context.report(subject, path, {
    message: `Namespace \`${namespace}\` has no service account \`${account}\`.${didYouMean(proposals)}`,
    part: 'value',
    // Files may declare some accounts of a namespace and not others.
    ...(!accounts.isComplete && { severity: 'warning' as const }),
    fixes: replacements(subject, path, proposals),
  });
}

/** Of a namespace that nothing tells of, where one of nearly that name has the account. */
function checkNamespace(context: CheckContext, { namespace, account, path, write }: NamedAccount): void {
  const namespaces = context.index(namespaceDirectory);
  if (namespaces.stateOf(namespace) !== 'undeclared') return;
  const near = nearestNames(namespace, context.index(serviceAccountDirectory).namespacesOf(account));
  if (near.length === 0) return;
  const proposals = near.map((name) => write(account, name));
  context.report(context.subject, path, {
    message: `Nothing here declares a namespace \`${namespace}\`.${didYouMean(proposals)}`,
    part: 'value',
    severity: 'warning',
    fixes: replacements(context.subject, path, proposals),
  });
}

/** In a mesh of several clusters an account of one of them is not wrong, but perhaps not what was meant. */
function checkClusters(context: CheckContext, namespace: string, account: string, path: FieldPath): void {
  if (context.index(serviceAccountDirectory).clusters < 2) return;
  const versions = context.versionsOf(Kinds.serviceAccount, namespace, account);
  const [only, ...others] = [
    ...new Set(versions.map(({ origin }) => (origin.layer === 'cluster' ? origin.source : ''))),
  ];
  if (only === undefined || only === '' || others.length > 0) return;
  const message = `Service account \`${account}\` of namespace \`${namespace}\` is in cluster \`${only}\` only.`;
  context.report(context.subject, path, { message, part: 'value', severity: 'hint' });
}
