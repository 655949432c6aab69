import { readFileSync } from 'node:fs';
import { docsOf, namesOf, type RuleInfo } from '../../engine/policy/checks/check.ts';
import { checks } from '../../engine/policy/checks/registry.ts';
import { didYouMean, nearestNames } from '../../shared/nearest-names.ts';
import { type Command, ExitCode, UsageError } from '../command.ts';

export const explainCommand: Command = {
  name: 'explain',
  summary: 'What a finding means, why it matters and what to do; without a name all rules, a line each.',
  usage: 'explain [RULE]',
  details: [
    'RULE  code or name of a rule, as findings end with it, or the code of another tool: MESH1203, unknown-host, IST0101',
  ],
  options: {},
  run(_, [name, ...others], io) {
    if (others.length > 0) throw new UsageError('explain takes one rule at a time.');
    if (name === undefined) io.out(checks.map(line).join(''));
    else io.out(explained(name));
    return Promise.resolve(ExitCode.ok);
  },
};

const line = ({ code, rule, severity, summary }: RuleInfo): string => `${code}  ${rule} (${severity}): ${summary}\n`;

/** The page of the rule; of a code of another tool that means several, which they are. */
function explained(name: string): string {
  const asked = name.toLowerCase();
  const found = checks.filter((rule) => namesOf(rule).some((each) => each.toLowerCase() === asked));
  const [first] = found;
  if (first === undefined) {
    const guess = didYouMean(nearestNames(name, checks.flatMap(namesOf)));
    throw new UsageError(`No rule is called "${name}".${guess} meshlens explain lists them all.`);
  }
  return found.length > 1 ? found.map(line).join('') : pageOf(first);
}

/** Beside the bundle in `dist` and beside this file's room in `src` the pages are one folder up or three. */
function pageOf(rule: RuleInfo): string {
  for (const above of ['..', '../../..']) {
    try {
      return readFileSync(new URL(`${above}/${docsOf(rule)}`, import.meta.url), 'utf8');
    } catch {
      // Not there: try the next place.
    }
  }
  return line(rule);
}
