import type { Severity } from '../../../shared/diagnostics.ts';
import type { RuleLevel, RuleSettings } from '../../../shared/rule-settings.ts';
import { namesOf, type RuleInfo } from '../checks/check.ts';
import { checks } from '../checks/registry.ts';

/**
 * What a finding of the rule counts as; undefined: nothing. The code wins over the name, the name over aliases. An
 * optional rule counts only where it is named.
 */
export function configuredSeverity(rule: RuleInfo, severity: Severity, settings: RuleSettings): Severity | undefined {
  const level = levelOf(rule, settings);
  if (level === undefined) return rule.isOptional ? undefined : severity;
  return level === 'off' ? undefined : level;
}

/** Puts settings over each other, the last one on top, whatever name each of them calls a rule by. */
export function mergeRules(...layers: readonly RuleSettings[]): RuleSettings {
  const merged: Record<string, RuleLevel> = {};
  for (const layer of layers) {
    if (Object.keys(layer).length === 0) continue;
    for (const rule of checks) {
      const level = levelOf(rule, layer);
      if (level !== undefined) merged[rule.code] = level;
    }
  }
  return merged;
}

/** Everything that rules may be called in settings. */
export function ruleNames(): readonly string[] {
  return checks.flatMap(namesOf);
}

function levelOf(rule: RuleInfo, settings: RuleSettings): RuleLevel | undefined {
  const name = namesOf(rule).find((each) => Object.hasOwn(settings, each));
  return name === undefined ? undefined : settings[name];
}
