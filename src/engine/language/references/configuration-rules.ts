import { configurationKind } from '../../../shared/configuration-file.ts';
import { kindKey } from '../../model/mesh-object.ts';
import type { Check } from '../../policy/checks/check.ts';
import { checks } from '../../policy/checks/registry.ts';
import type { NameProposal } from '../name-proposal.ts';
import type { Naming, ReferenceRule } from './reference-rule.ts';
import { rules } from './reference-rule.ts';
import { ruleSummary } from '../rule-help.ts';

let known: readonly NameProposal[] | undefined;

/** Made when somebody asks, as those who only analyze never do. */
function proposals(): readonly NameProposal[] {
  return (known ??= [
    ...checks.map((check): NameProposal => proposalOf(check, check.rule, check.code)),
    ...checks.map((check): NameProposal => proposalOf(check, check.code, check.rule)),
  ]);
}

function proposalOf(check: Check, name: string, detail: string): NameProposal {
  return { name, type: 'rule', detail, help: ruleSummary(check) };
}

/** A mapping of which the keys are rules, by name or code. */
const ruleName: Naming = {
  isOfKeys: true,
  targetOf: () => undefined,
  proposals,
  renamed: () => undefined,
};

/** Fields of the configuration file that name rules. */
export const configurationRules: readonly ReferenceRule[] = rules(
  kindKey(configurationKind),
  ruleName,
  'rules',
  'overrides.*.rules',
);
