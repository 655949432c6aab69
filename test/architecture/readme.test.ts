/** The tables of the README come from package.json. UPDATE_README=1 writes them anew. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { test } from 'node:test';

const root = path.resolve(import.meta.dirname, '../..');
const readme = path.join(root, 'README.md');

interface Contributed {
  readonly commands: readonly { readonly command: string; readonly title: string }[];
  readonly configuration: { readonly properties: Setting } | readonly { readonly properties: Setting }[];
  readonly menus: { readonly commandPalette?: readonly { readonly command: string; readonly when?: string }[] };
}
type Setting = Readonly<
  Record<string, { readonly default?: unknown; readonly description?: string; readonly markdownDescription?: string }>
>;

const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
  readonly contributes: Contributed;
};
const texts = JSON.parse(readFileSync(path.join(root, 'package.nls.json'), 'utf8')) as Readonly<Record<string, string>>;
const textOf = (value: string): string => value.replace(/^%(.*)%$/, (whole, key: string) => texts[key] ?? whole);
const cell = (value: string): string => value.replace(/\n+/g, ' ').replaceAll('|', '\\|');

/** Commands the palette never shows are for buttons and links only. */
const hidden = new Set(
  (manifest.contributes.menus.commandPalette ?? [])
    .filter(({ when }) => when === 'false')
    .map(({ command }) => command),
);

function commands(): string {
  const rows = manifest.contributes.commands
    .filter(({ command }) => !hidden.has(command))
    .map(({ command, title }) => `| Meshlens: ${cell(textOf(title))} | \`${command}\` |`);
  return ['| command | id |', '| --- | --- |', ...rows].join('\n');
}

function settings(): string {
  const groups = [manifest.contributes.configuration].flat();
  const rows = groups.flatMap(({ properties }) =>
    Object.entries(properties).map(
      ([name, setting]) =>
        `| \`${name}\` | \`${JSON.stringify(setting.default)}\` | ${cell(textOf(setting.markdownDescription ?? setting.description ?? ''))} |`,
    ),
  );
  return ['| setting | default | |', '| --- | --- | --- |', ...rows].join('\n');
}

const between = (name: string): RegExp => new RegExp(`(<!-- ${name} -->\\n)[^]*?(\\n<!-- /${name} -->)`);

for (const [name, table] of [
  ['commands', commands()],
  ['settings', settings()],
] as const) {
  test(`the README's ${name} are those of package.json`, () => {
    const text = readFileSync(readme, 'utf8');
    const written = text.replace(between(name), (_, before: string, after: string) => `${before}${table}${after}`);
    if (process.env.UPDATE_README) writeFileSync(readme, written);
    else assert.equal(text, written);
    assert.ok(between(name).test(text), `README.md has no place for its ${name}`);
  });
}

test('the pictures of the README exist', () => {
  const pictures = [...readFileSync(readme, 'utf8').matchAll(/!\[[^\]]+\]\(([^)]+)\)/g)].map((match) => match[1] ?? '');
  assert.ok(pictures.length > 0);
  assert.deepEqual(
    pictures.filter((picture) => !existsSync(path.join(root, picture))),
    [],
  );
});
