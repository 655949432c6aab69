// The list of rules: `npm run rules` writes docs/rules/README.md anew from the checks.
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

const file = path.join(path.dirname(import.meta.dirname), 'docs', 'rules', 'README.md');

/** The page as it must be: what stands above the first table is written by hand and stays. */
export async function rulesPage() {
  const { checks, topics } = await import('../src/engine/policy/checks/registry.ts');
  const present = await readFile(file, 'utf8');
  const sections = [...topics].flatMap(([prefix, title]) => {
    const own = checks.filter(({ code }) => code.startsWith(`MESH${prefix}`));
    if (own.length === 0) return [];
    const rows = own.map(
      ({ code, rule, severity, summary, aliases }) =>
        `| [${code}](${code}.md) | ${rule} | ${severity} | ${summary} | ${aliases.join(', ')} |`,
    );
    const head = ['| Code | Rule | Severity | Says | Also known as |', '| --- | --- | --- | --- | --- |'];
    return [[`## ${title}`, '', ...head, ...rows, ''].join('\n')];
  });
  return `${present.slice(0, present.indexOf('\n## ') + 1)}${sections.join('\n')}`;
}

if (process.argv[1] === import.meta.filename) await writeFile(file, await rulesPage());
