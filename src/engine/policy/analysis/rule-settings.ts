import type { Severity } from '../../../shared/diagnostics.ts';
import type { RuleInfo } from '../checks/check.ts';

/** Severity by code, name or alias of a rule; `off` switches it off. */
export type RuleSettings = Readonly<Record<string, Severity | 'off'>>;

/**
 * What a finding of the rule counts as; undefined: nothing. The code wins over the name, the name over aliases. An
 * optional rule counts only where it is named.
 */
export function configuredSeverity(rule: RuleInfo, severity: Severity, settings: RuleSettings): Severity | undefined {
  for (const name of [rule.code, rule.rule, ...rule.aliases]) {
    if (!Object.hasOwn(settings, name)) continue;
    const configured = settings[name];
    return configured === 'off' ? undefined : (configured ?? severity);
  }
  return rule.isOptional ? undefined : severity;
}
