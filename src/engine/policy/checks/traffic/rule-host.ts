/** The host of a DestinationRule, and the places of its settings. */
import type { FieldPath } from '../../../../shared/text.ts';
import { fieldOf, stringOf } from '../../../../shared/untrusted.ts';
import type { MeshObject } from '../../../model/mesh-object.ts';
import type { ServiceModel } from '../../semantics/services.ts';
import type { CheckContext } from '../check.ts';
import { serviceDirectory } from '../directories/service-directory.ts';
import { subsetsOf } from '../directories/subset-directory.ts';

export interface RuleHost {
  /** As written. */
  readonly host: string;
  /** At least one. */
  readonly services: readonly ServiceModel[];
}

/** Undefined where the host stands for several, or where it is not known which services are behind it. */
export function ruleHostOf(
  context: Pick<CheckContext, 'subject' | 'isNamespaceKnown' | 'index'>,
): RuleHost | undefined {
  const { subject, isNamespaceKnown } = context;
  const host = stringOf(fieldOf(subject.spec, 'host'));
  if (host === undefined || host.includes('*')) return undefined;
  const lookup = context.index(serviceDirectory).lookUp(host, subject.namespace, isNamespaceKnown);
  return lookup.state === 'known' && lookup.services.length > 0 ? { host, services: lookup.services } : undefined;
}

/** Of the whole rule and of each subset. */
export function trafficPolicyPaths(subject: MeshObject): readonly FieldPath[] {
  return [['spec'], ...subsetsOf(subject).map(({ path }) => path)].map((path) => [...path, 'trafficPolicy']);
}
