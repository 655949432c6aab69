// What other tools call our rules: `npm run rules` writes docs/rules/other-tools.md from the checks and the list of codes.
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

const root = path.dirname(import.meta.dirname);
const file = path.join(root, 'docs', 'rules', 'other-tools.md');

const head = `# What istioctl and Kiali call it

Every code of \`istioctl analyze\` (IST) and of Kiali (KIA), and the rules of Meshlens that find the same. The annotations with which those tools are told to be quiet work here with their codes.
`;

/** Codes of other tools; one that no rule has is given with the reason. */
export async function upstreamCodes() {
  return JSON.parse(await readFile(path.join(import.meta.dirname, 'upstream-codes.json'), 'utf8'));
}

/** Rules by the codes of other tools that mean the same. */
export async function rulesByAlias() {
  const { checks } = await import('../src/engine/policy/checks/registry.ts');
  const byAlias = new Map();
  for (const check of checks) {
    for (const alias of check.aliases) byAlias.set(alias, [...(byAlias.get(alias) ?? []), check]);
  }
  return byAlias;
}

export async function otherToolsPage() {
  const [codes, byAlias] = [await upstreamCodes(), await rulesByAlias()];
  const sections = ['istioctl', 'Kiali'].map((tool) => {
    const rows = codes
      .filter((entry) => entry.tool === tool)
      .map(({ code, about, reason }) => {
        const rules = (byAlias.get(code) ?? []).map((check) => `[${check.rule}](${check.code}.md)`);
        return `| ${code} | ${about ?? ''} | ${rules.length > 0 ? rules.join(', ') : `none: ${reason}`} |`;
      });
    return [`## ${tool}`, '', '| Code | About | Meshlens |', '| --- | --- | --- |', ...rows, ''].join('\n');
  });
  return `${head}\n${sections.join('\n')}`;
}

if (process.argv[1] === import.meta.filename) await writeFile(file, await otherToolsPage());
