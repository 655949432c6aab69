import { Kinds } from '../../../model/kinds.ts';
import { listOf } from '../../../../shared/untrusted.ts';
import type { ObjectReference } from '../../semantics/gateway-api/object-reference.ts';
import { isGatewayReference, isServiceReference } from '../../semantics/gateway-api/object-reference.ts';
import type { CheckContext, ObjectCheck } from '../check.ts';
import { routeOf } from './gateway-views.ts';

/** Filters that answer by themselves, or may. */
const answering: ReadonlySet<string> = new Set(['RequestRedirect', 'ExtensionRef', 'ExternalAuth', '']);

export const ruleWithoutBackend: ObjectCheck = {
  scope: 'object',
  code: 'MESH3019',
  rule: 'rule-without-backend',
  aliases: [],
  severity: 'warning',
  summary: 'A rule has no backends and no redirect, so its requests get 500.',
  needsValidText: true,
  subject: [Kinds.httpRoute, Kinds.grpcRoute],
  inputs: [Kinds.namespace],
  run(context) {
    const { subject } = context;
    const { parents, rules } = routeOf(subject);
    // Routes of other parents say which requests are meant, not where they go.
    if (parents.length === 0 || !parents.every((each) => isGatewayReference(each) || isServiceReference(each))) return;
    if (parents.some(isServiceReference) && isForLinkerd(context, parents)) return;
    for (const { value, path, filters } of rules) {
      if (listOf(value.backendRefs).length > 0 || filters.some(({ type }) => answering.has(type))) continue;
      const isWritten = Object.hasOwn(value, 'backendRefs');
      // Of what is not even a list another rule says so.
      if (isWritten && value.backendRefs !== null && !Array.isArray(value.backendRefs)) continue;
      const answer = subject.kind === 'GRPCRoute' ? '`UNAVAILABLE`' : '500';
      context.report(subject, isWritten ? [...path, 'backendRefs'] : path, {
        message: `This rule sends requests nowhere: it has no \`backendRefs\`${subject.kind === 'GRPCRoute' ? '' : ' and no redirect'}, so they get ${answer}.`,
        ...(isWritten && { part: 'key' as const }),
      });
    }
  },
};

/** Linkerd sends what no backend is named for to the Service that the route is bound to. */
function isForLinkerd(context: CheckContext, parents: readonly ObjectReference[]): boolean {
  const { subject } = context;
  const namespace = context.find(Kinds.namespace, '', subject.namespace);
  const annotations = { ...namespace?.annotations, ...subject.annotations };
  // Only Linkerd takes the word `core` for the group without a name.
  return parents.some(({ group }) => group === 'core') || Object.keys(annotations).some((key) => linkerdKey.test(key));
}

const linkerdKey = /(?:^|\.)linkerd\.io\//;
