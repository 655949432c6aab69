import type { Severity } from './diagnostics.ts';

export const ruleLevels = ['off', 'hint', 'information', 'warning', 'error'] as const satisfies readonly (
  Severity | 'off'
)[];

/** What findings of a rule count as; `off`: it finds nothing. */
export type RuleLevel = (typeof ruleLevels)[number];

/** Levels by code, name or alias of a rule. */
export type RuleSettings = Readonly<Record<string, RuleLevel>>;
