import { configurationKind } from '../../../shared/configuration-file.ts';
import { kindKey } from '../../model/mesh-object.ts';
import { checks } from '../../policy/checks/registry.ts';
import type { NameProposal } from '../name-proposal.ts';
import type { Naming, ReferenceRule } from './reference-rule.ts';
import { rules } from './reference-rule.ts';

const proposals: readonly NameProposal[] = [
  ...checks.map(({ code, rule, summary }): NameProposal => ({ name: rule, type: 'rule', detail: code, help: summary })),
  ...checks.map(({ code, rule, summary }): NameProposal => ({ name: code, type: 'rule', detail: rule, help: summary })),
];

/** A mapping of which the keys are rules, by name or code. */
const ruleName: Naming = {
  isOfKeys: true,
  targetOf: () => undefined,
  proposals: () => proposals,
  renamed: () => undefined,
};

/** Fields of the configuration file that name rules. */
export const configurationRules: readonly ReferenceRule[] = rules(
  kindKey(configurationKind),
  ruleName,
  'rules',
  'overrides.*.rules',
);
