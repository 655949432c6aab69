import { fieldOf, isRecord, listOf, stringOf } from '../../../../../shared/untrusted.ts';
import { Kinds } from '../../../../model/kinds.ts';
import type { ObjectCheck } from '../../check.ts';
import { sitesIn, textsIn } from '../sites.ts';

const unsupported = [
  'namespaces',
  'notNamespaces',
  'serviceAccounts',
  'notServiceAccounts',
  'trustDomains',
  'notTrustDomains',
  'principals',
  'notPrincipals',
  'requestPrincipals',
  'notRequestPrincipals',
];
const unsupportedKeys = ['source.namespace', 'source.serviceAccount', 'source.trustDomain', 'source.principal'];

export const customAuthorization: ObjectCheck = {
  scope: 'object',
  code: 'MESH2260',
  rule: 'custom-authorization',
  aliases: ['IST0106'],
  severity: 'error',
  summary:
    'A policy for an external authorizer lacks the provider or asks what cannot be asked before it, or another policy has one.',
  refusedBy: 'webhook',
  subject: Kinds.authorizationPolicy,
  inputs: [],
  run(context) {
    const { subject } = context;
    const action = stringOf(fieldOf(subject.spec, 'action')) ?? 'ALLOW';
    const provider = fieldOf(subject.spec, 'provider') ?? undefined;
    if (action !== 'CUSTOM') {
      if (provider === undefined) return;
      const message = `A \`provider\` is asked by policies of the action CUSTOM only, and this one is ${action}.`;
      context.report(subject, ['spec', 'provider'], { message, part: 'key' });
      return;
    }
    const hasRules = listOf(fieldOf(subject.spec, 'rules')).length > 0;
    if (hasRules && (!isRecord(provider) || (stringOf(provider.name) ?? '') === '')) {
      const message = 'CUSTOM needs `provider.name`: an `extensionProviders` entry of the mesh configuration.';
      context.report(subject, ['spec', ...(provider === undefined ? ['action'] : ['provider'])], {
        message,
        part: provider === undefined ? 'value' : 'key',
      });
    }
    for (const { path, value } of sitesIn(subject, ...unsupported.map((key) => `rules[].from[].source.${key}`))) {
      if (listOf(value).length === 0) continue;
      const message = `\`${String(path.at(-1))}\` cannot be used with CUSTOM: who calls is not looked at before the provider is asked.`;
      context.report(subject, path, { message, part: 'key' });
    }
    for (const { path, value } of textsIn(subject, 'rules[].when[].key')) {
      if (!unsupportedKeys.includes(value) && !value.startsWith('request.auth.')) continue;
      const message = `\`${value}\` cannot be used with CUSTOM: who calls is not looked at before the provider is asked.`;
      context.report(subject, path, { message, part: 'value' });
    }
  },
};
