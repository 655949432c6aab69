import type { FieldPath } from '../../../../shared/text.ts';
import type { MeshObject } from '../../../model/mesh-object.ts';
import type { UntrustedRecord } from '../../../../shared/untrusted.ts';
import { perObject } from '../per-object.ts';
import { matchCovers } from './match-coverage.ts';
import type { RuleView } from './virtual-service-view.ts';
import { gatewaysOf, rulesOf } from './virtual-service-view.ts';

/** A match that no request gets to, because an earlier one takes all that fit. */
interface CoveredMatch {
  readonly path: FieldPath;
  readonly by: { readonly rule: RuleView; readonly path: FieldPath };
}

export interface RuleReach {
  readonly rule: RuleView;
  /** Every match of the rule is covered by earlier rules. */
  readonly isUnreachable: boolean;
  readonly covered: readonly CoveredMatch[];
}

interface Candidate {
  readonly rule: RuleView;
  readonly path: FieldPath;
  readonly value: UntrustedRecord;
}

const most = 500;

/** How far requests get to each rule, in the order of the rules. */
export const reachOf = perObject((object: MeshObject): readonly RuleReach[] => {
  const gateways = gatewaysOf(object);
  return (['http', 'tls', 'tcp'] as const).flatMap((type) => {
    const earlier: Candidate[] = [];
    return rulesOf(object)
      .filter((rule) => rule.type === type)
      .slice(0, most)
      .map((rule): RuleReach => {
        const own = candidatesOf(rule);
        const covered: CoveredMatch[] = [];
        let coveredByRules = 0;
        for (const [index, { path, value }] of own.entries()) {
          const covers = (each: Candidate): boolean => matchCovers(type, each.value, value, gateways);
          const byRule = earlier.find(covers);
          const by = byRule ?? own.slice(0, index).find(covers);
          if (byRule) coveredByRules++;
          if (by) covered.push({ path, by });
        }
        // What a delegate does not match falls through to the rules behind it.
        if (!Object.hasOwn(rule.value, 'delegate')) earlier.push(...own);
        return { rule, covered, isUnreachable: own.length > 0 && coveredByRules === own.length };
      });
  });
});

/** A rule without matches applies always, as one with an empty match would. */
function candidatesOf(rule: RuleView): readonly Candidate[] {
  if (rule.matches.length > 0) return rule.matches.map(({ path, value }) => ({ rule, path, value }));
  // Matches that are there but cannot be read say nothing.
  const isBroken = rule.value.match !== undefined && rule.value.match !== null && !isEmptyList(rule.value.match);
  return isBroken ? [] : [{ rule, path: rule.path, value: {} }];
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}
