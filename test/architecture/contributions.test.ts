import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, test } from 'node:test';
import { commandIds, commandsForLinks } from '../../src/extension/commands.ts';
import { contextKeys } from '../../src/extension/context-keys.ts';
import {
  colorIds,
  topologyPanelType,
  viewIds,
  walkthroughId,
  walkthroughSteps,
} from '../../src/extension/contribution-ids.ts';
import { meshFileName } from '../../src/extension/mesh/mesh-documents.ts';
import { actingSettings, settingDefaults, startSettings } from '../../src/extension/settings.ts';

const root = path.resolve(import.meta.dirname, '../..');

interface Property {
  readonly default: unknown;
  readonly type: string;
  readonly scope?: string;
  readonly markdownDescription?: string;
}
interface Manifest {
  readonly activationEvents: readonly string[];
  readonly icon: string;
  readonly capabilities: { readonly untrustedWorkspaces: { readonly restrictedConfigurations: readonly string[] } };
  readonly contributes: {
    readonly commands: readonly { readonly command: string; readonly category?: string; readonly title: string }[];
    readonly menus: Readonly<
      Record<string, readonly { readonly command: string; readonly when?: string; readonly group?: string }[]>
    >;
    readonly viewsContainers: { readonly activitybar: readonly { readonly id: string; readonly icon: string }[] };
    readonly views: Readonly<Record<string, readonly { readonly id: string }[]>>;
    readonly viewsWelcome: readonly { readonly view: string; readonly contents: string; readonly when: string }[];
    readonly configuration: readonly { readonly properties: Readonly<Record<string, Property>> }[];
    readonly colors: readonly { readonly id: string; readonly defaults: Readonly<Record<string, string>> }[];
    readonly walkthroughs: readonly {
      readonly id: string;
      readonly steps: readonly {
        readonly id: string;
        readonly media: { readonly markdown: string };
        readonly completionEvents: readonly string[];
      }[];
    }[];
    readonly yamlValidation: readonly { readonly fileMatch: string }[];
  };
}

const text = await readFile(path.join(root, 'package.json'), 'utf8');
const manifest = JSON.parse(text) as Manifest;
const words = JSON.parse(await readFile(path.join(root, 'package.nls.json'), 'utf8')) as Readonly<
  Record<string, string>
>;
const { contributes } = manifest;
const code = await sources(path.join(root, 'src', 'extension'));

async function sources(folder: string): Promise<string> {
  const names = await readdir(folder, { recursive: true });
  const files = names.filter((name) => name.endsWith('.ts'));
  return (await Promise.all(files.map((name) => readFile(path.join(folder, name), 'utf8')))).join('\n');
}

const sorted = (items: Iterable<string>): string[] => [...new Set(items)].toSorted();

describe('what package.json contributes is what the code has', () => {
  test('commands', () => {
    assert.deepEqual(sorted(contributes.commands.map(({ command }) => command)), sorted(Object.values(commandIds)));
    for (const id of Object.values(commandIds)) assert.match(id, /^meshlens\.[a-zA-Z]+\.[a-zA-Z]+$/);
    for (const { category } of contributes.commands) assert.equal(category, 'Meshlens');
  });

  test('every command is registered exactly once', () => {
    for (const name of Object.keys(commandIds)) {
      const registrations = [...code.matchAll(new RegExp(`\\.register\\(\\s*commandIds\\.${name}\\b`, 'g'))];
      assert.equal(registrations.length, 1, name);
    }
  });

  test('menus and links name commands that exist', () => {
    const known = new Set<string>(Object.values(commandIds));
    const used = [
      ...Object.values(contributes.menus).flatMap((items) => items.map(({ command }) => command)),
      ...[...JSON.stringify(words).matchAll(/command:(meshlens\.[\w.]+)/g)].map(([, id]) => id ?? ''),
      ...commandsForLinks,
    ];
    assert.deepEqual(
      used.filter((id) => !known.has(id)),
      [],
    );
  });

  test('no title bar has more than three buttons at once', () => {
    for (const title of ['view/title', 'editor/title']) {
      const buttons = (contributes.menus[title] ?? []).filter(({ group }) => group?.startsWith('navigation@'));
      // Buttons with the same place exclude each other by their conditions.
      const viewOf = (when = ''): string => /view == ([\w.]+)/.exec(when)?.[1] ?? title;
      for (const view of new Set(buttons.map(({ when }) => viewOf(when)))) {
        const places = new Set(buttons.filter(({ when }) => viewOf(when) === view).map(({ group }) => group));
        assert.ok(places.size <= 3, view);
      }
    }
  });

  test('views, their container and the panel', () => {
    const { container, ...views } = viewIds;
    assert.deepEqual(
      contributes.viewsContainers.activitybar.map(({ id }) => id),
      [container],
    );
    assert.deepEqual(sorted((contributes.views[container] ?? []).map(({ id }) => id)), sorted(Object.values(views)));
    for (const { view } of contributes.viewsWelcome) assert.ok(Object.values<string>(views).includes(view), view);
    for (const id of Object.values(views)) {
      assert.ok(
        contributes.viewsWelcome.some(({ view }) => view === id),
        `${id} says what to do while it is empty`,
      );
    }
  });

  test('views without rows speak in plain words: the editor draws links there, and no other Markdown', () => {
    const said = contributes.viewsWelcome.map(({ contents }) => words[contents.slice(1, -1)] ?? contents);
    assert.deepEqual(
      said.filter((text) => /[`*_]/.test(text.replaceAll(/\]\([^)]*\)/g, ']'))),
      [],
    );
  });

  test('context keys', () => {
    const conditions = [
      ...Object.values(contributes.menus).flatMap((items) => items.flatMap(({ when }) => when ?? [])),
      ...contributes.viewsWelcome.map(({ when }) => when),
      ...(text.match(/"enablement": "[^"]*"/g) ?? []),
      ...contributes.walkthroughs.flatMap(({ steps }) =>
        steps.flatMap(({ completionEvents }) => completionEvents.filter((event) => event.startsWith('onContext:'))),
      ),
    ].join('\n');
    const commands = new Set<string>(Object.values(commandIds));
    const views = new Set<string>(Object.values(viewIds));
    const used = [...conditions.matchAll(/\bmeshlens\.\w+(?:\.\w+)?/g)].map(([key]) => key);
    assert.deepEqual(sorted(used.filter((key) => !commands.has(key) && !views.has(key))), sorted(contextKeys));
    for (const key of contextKeys)
      assert.ok(code.includes(`set('${key}'`) || code.includes(`set(\n      '${key}'`), `${key} is set`);
  });

  test('settings, with type, default, scope and description', () => {
    const properties = Object.assign({}, ...contributes.configuration.map(({ properties: group }) => group)) as Record<
      string,
      Property
    >;
    const declared = Object.fromEntries(Object.entries(properties).map(([key, { default: value }]) => [key, value]));
    const expected = Object.fromEntries(
      Object.entries(settingDefaults).map(([key, value]) => [`meshlens.${key}`, value]),
    );
    assert.deepEqual(declared, expected);
    assert.ok(Object.keys(properties).length <= 30);
    for (const [key, property] of Object.entries(properties)) {
      assert.ok(property.scope !== undefined && property.markdownDescription !== undefined, key);
    }
  });

  test('every setting is read somewhere', () => {
    // The language client reads this one by itself.
    const readElsewhere = new Set(['trace.server']);
    for (const key of Object.keys(settingDefaults)) {
      const isRead = [`get('${key}')`, `read('${key}')`].some((call) => code.includes(call));
      assert.ok(isRead || readElsewhere.has(key), key);
    }
  });

  test('settings that act do not count in an untrusted workspace', () => {
    const { restrictedConfigurations } = manifest.capabilities.untrustedWorkspaces;
    assert.deepEqual(sorted(restrictedConfigurations), sorted(actingSettings.map((key) => `meshlens.${key}`)));
    const opening = Object.keys(settingDefaults).filter((key) => /^ports\.|path$|file$|autoStart$|export$/i.test(key));
    for (const key of opening)
      assert.ok(
        actingSettings.some((acting) => acting === key),
        key,
      );
    for (const key of startSettings) assert.ok(key in settingDefaults);
  });

  test('colours, for every kind of theme', () => {
    assert.deepEqual(sorted(contributes.colors.map(({ id }) => id)), sorted(Object.values(colorIds)));
    for (const { id, defaults } of contributes.colors) {
      assert.deepEqual(sorted(Object.keys(defaults)), ['dark', 'highContrast', 'highContrastLight', 'light'], id);
    }
  });

  test('the walkthrough and its pages', async () => {
    const [walkthrough] = contributes.walkthroughs;
    assert.equal(walkthrough?.id, walkthroughId);
    assert.deepEqual(
      walkthrough?.steps.map(({ id }) => id),
      [...walkthroughSteps],
    );
    for (const { media } of walkthrough?.steps ?? []) {
      const page = await readFile(path.join(root, media.markdown), 'utf8');
      assert.match(page, /^# /, media.markdown);
    }
    const known = new Set<string>(Object.values(commandIds));
    const events = walkthrough?.steps.flatMap(({ completionEvents }) => completionEvents) ?? [];
    for (const event of events.filter((name) => name.startsWith('onCommand:'))) {
      assert.ok(known.has(event.slice('onCommand:'.length)), event);
    }
  });

  test('activation events', () => {
    assert.deepEqual(sorted(manifest.activationEvents), [
      'onLanguage:yaml',
      `onWebviewPanel:${topologyPanelType}`,
      `workspaceContains:**/${meshFileName}`,
    ]);
    assert.equal(contributes.yamlValidation[0]?.fileMatch, meshFileName);
  });

  test('every %key% has words, and all words are used', () => {
    const used = [...text.matchAll(/%([\w.]+)%/g)].map(([, key]) => key ?? '');
    assert.deepEqual(sorted(used), sorted(Object.keys(words)));
    for (const [key, value] of Object.entries(words)) assert.notEqual(value.trim(), '', key);
  });

  test('icons are there', async () => {
    const icons = [...text.matchAll(/"(media\/[^"]+\.(?:svg|png))"/g)].map(([, file]) => file ?? '');
    assert.ok(icons.length >= 2);
    for (const file of icons) assert.ok((await readFile(path.join(root, file))).length > 0, file);
    // Width and height of a PNG stand at byte 16 of the file.
    const picture = await readFile(path.join(root, manifest.icon));
    assert.deepEqual([picture.readUInt32BE(16), picture.readUInt32BE(20)], [128, 128]);
  });
});

test('messages for people go through l10n', () => {
  const shown = /show(?:Error|Warning|Information)Message\(\s*(['"`])/g;
  assert.deepEqual(
    [...code.matchAll(shown)].map(([found]) => found),
    [],
  );
});
