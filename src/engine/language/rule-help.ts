/** What the names of rules in a configuration file stand for. */
import type { Check } from '../policy/checks/check.ts';
import { docsOf } from '../policy/checks/check.ts';
import { checks } from '../policy/checks/registry.ts';

/** What findings of the rule say, and what they count as where nothing else is set. */
export function ruleSummary({ summary, severity, isOptional }: Check): string {
  const usual = isOptional === true ? 'Off' : severity.charAt(0).toUpperCase() + severity.slice(1);
  return `${summary} ${usual} unless set otherwise.`;
}

/**
 * Help in Markdown for a name that settings take: of a rule, its code, or a code of another tool, which may stand for
 * several. The words are all our own, and so are the pages it links to, below `docsRoot`.
 */
export function ruleHelp(name: string, docsRoot: string): string | undefined {
  const meant = checks.filter(({ code, rule, aliases }) => [code, rule, ...aliases].includes(name));
  if (meant.length === 0) return undefined;
  return meant
    .map((check) => {
      const { code, rule, aliases } = check;
      const others = aliases.length > 0 ? `\n\nAlso known as ${aliases.join(', ')}.` : '';
      return `**${rule}** · [${code}](${docsRoot}${docsOf(check)})\n\n${ruleSummary(check)}${others}`;
    })
    .join('\n\n---\n\n');
}
