import { didYouMean, misspellingsOf } from '../../../../shared/nearest-names.ts';
import { listOf, valueAt } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import { kindKey } from '../../../model/mesh-object.ts';
import type { ObjectCheck } from '../check.ts';
import { replacements } from '../replacements.ts';

export const linkerdIdentity: ObjectCheck = {
  scope: 'object',
  code: 'MESH4012',
  rule: 'linkerd-identity',
  aliases: [],
  severity: 'warning',
  summary: 'A policy of Linkerd names an identity in a form that no workload has, so nobody is allowed by it.',
  subject: [Kinds.linkerdMeshTlsAuthentication, Kinds.linkerdServerAuthorization],
  inputs: [],
  run(context) {
    const { subject, settings } = context;
    const isAuthentication = kindKey(subject) === Kinds.linkerdMeshTlsAuthentication;
    const list = isAuthentication ? ['spec', 'identities'] : ['spec', 'client', 'meshTLS', 'identities'];
    for (const [index, identity] of listOf(valueAt(subject, list)).entries()) {
      const problem = typeof identity === 'string' ? problemOf(identity, settings.clusterDomain) : undefined;
      if (!problem) continue;
      const path = [...list, index];
      context.report(subject, path, {
        message: `${problem.message}${didYouMean(problem.near)}`,
        part: 'value',
        fixes: replacements(subject, path, problem.near),
      });
    }
  },
};

interface Problem {
  readonly message: string;
  readonly near: readonly string[];
}

const form = '`ACCOUNT.NAMESPACE.serviceaccount.identity.linkerd.TRUST-DOMAIN`';

function problemOf(identity: string, trustDomain: string): Problem | undefined {
  if (identity.includes('*')) return wildcardProblem(identity);
  const foreign =
    /^(?:spiffe:\/\/)?(?<domain>[^/]+)\/ns\/(?<namespace>[^/]+)\/sa\/(?<account>[^/]+)$/.exec(identity) ??
    /^system:serviceaccount:(?<namespace>[^:]+):(?<account>[^:]+)$/.exec(identity);
  if (foreign?.groups) {
    const { domain = trustDomain, namespace = '', account = '' } = foreign.groups;
    const near = [`${account}.${namespace}.serviceaccount.identity.linkerd.${domain}`];
    return { message: `Identities of Linkerd have the form ${form}.`, near };
  }
  return wordProblem(identity);
}

/** `*` stands for all, and as the first part for whatever comes before the others. */
function wildcardProblem(identity: string): Problem | undefined {
  if (identity === '*' || /^\*\.[^*]+$/.test(identity)) return undefined;
  const message = 'Only as the whole of the first part does `*` stand for anything; here nobody has this identity.';
  // `web.*.…` may mean any namespace, which cannot be said.
  const [, rest] = /^\*-?[^.*]*\.([^*]+)$/.exec(identity) ?? [];
  return { message, near: rest === undefined ? [] : [`*.${rest}`] };
}

/** Of the two words between the namespace and the control plane one is misspelt or missing. */
function wordProblem(identity: string): Problem | undefined {
  const parts = identity.split('.');
  const [account, proof] = [parts.indexOf('serviceaccount'), parts.indexOf('identity')];
  const message = `Identities of Linkerd have the form ${form}.`;
  if (account >= 2 && parts[account + 1] !== 'identity') {
    return { message, near: [withWord(parts, account + 1, 'identity').join('.')] };
  }
  if (proof >= 2 && parts[proof - 1] !== 'serviceaccount') {
    const isSlip = misspellingsOf(parts[proof - 1] ?? '', ['serviceaccount']).length > 0;
    // Other certificates than those of Linkerd may well have a name with this word in it.
    return isSlip ? { message, near: [withWord(parts, proof - 1, 'serviceaccount').join('.')] } : undefined;
  }
  return undefined;
}

/** In the place of its misspelling, else between what is there. */
function withWord(parts: readonly string[], at: number, word: string): readonly string[] {
  const isSlip = misspellingsOf(parts[at] ?? '', [word]).length > 0;
  return [...parts.slice(0, at), word, ...parts.slice(isSlip ? at + 1 : at)];
}
