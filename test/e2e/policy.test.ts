/** Policies in a real editor: found, fixed, completed, followed, renamed, silenced. */
import assert from 'node:assert/strict';
import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import type * as Vscode from 'vscode';
import { startEditor, type RunningEditor } from './harness/editor.ts';
import { waitFor } from './harness/wait.ts';
import type { Problem } from './harness/workbench.ts';

const files = {
  'services.yaml': `apiVersion: v1
kind: Service
metadata: {name: reviews, namespace: shop}
spec:
  selector: {app: reviews}
  ports: [{name: http, port: 9080}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: reviews-v1, namespace: shop}
spec:
  selector: {matchLabels: {app: reviews}}
  template:
    metadata: {labels: {app: reviews, version: v1}}
    spec: {containers: [{name: reviews, image: reviews}]}
`,
  'rule.yaml': `apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: reviews, namespace: shop}
spec:
  host: reviews
  subsets:
    - name: stable
      labels: {version: v1}
`,
  'route.yaml': `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: reviews, namespace: shop}
spec:
  hosts: [reviews]
  http:
    - route:
        - destination: {host: reviews, subset: stabel}
`,
  'closed.yaml': `apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: broken, namespace: shop}
spec: {host: reviews, subset: []}
`,
  'gateway-api.yaml': `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: reviews, namespace: shop}
spec:
  parentRefs: [{kind: Service, group: "", name: reviews}]
  rules:
    - backendRefs: [{name: reviewz, port: 9080}]
`,
};

describe('policies in the editor', () => {
  let editor: RunningEditor;
  const fileOf = (name: keyof typeof files): string => path.join(editor.folder, name);

  before(async () => {
    editor = await startEditor({ files, settings: { 'meshlens.analysis.debounce': 0 } });
    await editor.workbench.open(fileOf('route.yaml'));
  });
  after(() => editor?.stop());

  /** The problem with that text, once it is there. */
  const problem = (name: keyof typeof files, text: string): Promise<Problem> =>
    waitFor(`a squiggle at ${text}`, async () =>
      (await editor.workbench.problems(fileOf(name))).find((each) => each.text === text),
    );

  /** Runs the code action of that title at the range; answers the titles of all. */
  const act = (name: keyof typeof files, range: Problem['range'], title: string): Promise<readonly string[]> =>
    editor.companion.evaluate(
      async (vscode, [file, [line, start, endLine, end], wanted]) => {
        const uri = vscode.Uri.file(file);
        const actions = await vscode.commands.executeCommand<Vscode.CodeAction[]>(
          'vscode.executeCodeActionProvider',
          uri,
          new vscode.Range(line, start, endLine, end),
          vscode.CodeActionKind.QuickFix.value,
        );
        const action = actions.find((each) => each.title === wanted);
        if (action?.edit) await vscode.workspace.applyEdit(action.edit);
        if (action?.command)
          await vscode.commands.executeCommand(
            action.command.command,
            ...((action.command.arguments ?? []) as unknown[]),
          );
        return actions.map((each) => each.title);
      },
      [fileOf(name), range, title] as const,
    );

  const textOf = (name: keyof typeof files): Promise<string> =>
    editor.companion.evaluate(
      async (vscode, file) => (await vscode.workspace.openTextDocument(vscode.Uri.file(file))).getText(),
      fileOf(name),
    );

  /** Line and character of a text in a file as it was given. */
  const at = (name: keyof typeof files, text: string): readonly [number, number] => {
    const lines = files[name].slice(0, files[name].indexOf(text)).split('\n');
    return [lines.length - 1, lines.at(-1)?.length ?? 0];
  };

  test('a misspelt subset is marked on exactly its characters, and fixed', async () => {
    const found = await problem('route.yaml', 'stabel');
    assert.equal(found.code, 'MESH1204');
    await editor.page.locator('.squiggly-error').first().waitFor();
    await editor.page.getByText('Explain a route').first().waitFor();
    await editor.workbench.screenshot('policy-squiggle');
    await act('route.yaml', found.range, 'Replace with `stable`');
    await waitFor(
      'no more squiggles',
      async () => (await editor.workbench.problems(fileOf('route.yaml'))).length === 0,
    );
    assert.match(await textOf('route.yaml'), /subset: stable\}/);
  });

  test('completion offers the subsets of the host', async () => {
    await editor.workbench.edit(fileOf('route.yaml'), 'subset: stable', 'subset: ', false);
    const labels = await editor.companion.evaluate(
      async (vscode, [file, [line, character]]) => {
        const list = await vscode.commands.executeCommand<Vscode.CompletionList>(
          'vscode.executeCompletionItemProvider',
          vscode.Uri.file(file),
          new vscode.Position(line, character),
        );
        return list.items.map(({ label }) => (typeof label === 'string' ? label : label.label));
      },
      [fileOf('route.yaml'), at('route.yaml', 'stabel')] as const,
    );
    assert.ok(labels.includes('stable'), labels.join(' '));
    await editor.workbench.edit(fileOf('route.yaml'), 'subset: ', 'subset: stable', false);
  });

  test('definition leads from a subset to the rule of another file', async () => {
    const places = await editor.companion.evaluate(
      async (vscode, [file, [line, character]]) => {
        const found = await vscode.commands.executeCommand<(Vscode.Location | Vscode.LocationLink)[]>(
          'vscode.executeDefinitionProvider',
          vscode.Uri.file(file),
          new vscode.Position(line, character + 1),
        );
        return found.map((place): readonly [string, number] =>
          'uri' in place
            ? [place.uri.fsPath, place.range.start.line]
            : [place.targetUri.fsPath, place.targetRange.start.line],
        );
      },
      [fileOf('route.yaml'), at('route.yaml', 'stabel')] as const,
    );
    assert.deepEqual(places, [[fileOf('rule.yaml'), at('rule.yaml', 'stable')[0]]]);
  });

  test('a rename changes the subset where it is declared and where it is named', async () => {
    await editor.companion.evaluate(
      async (vscode, [file, [line, character]]) => {
        const edit = await vscode.commands.executeCommand<Vscode.WorkspaceEdit>(
          'vscode.executeDocumentRenameProvider',
          vscode.Uri.file(file),
          new vscode.Position(line, character + 1),
          'steady',
        );
        await vscode.workspace.applyEdit(edit);
      },
      [fileOf('route.yaml'), at('route.yaml', 'stabel')] as const,
    );
    assert.match(await textOf('route.yaml'), /subset: steady\}/);
    assert.match(await textOf('rule.yaml'), /- name: steady/);
    await waitFor('no squiggles', async () => (await editor.workbench.problems(fileOf('route.yaml'))).length === 0);
  });

  test('the Gateway API is checked as well; a comment silences the line, the configuration file the workspace', async () => {
    await editor.workbench.open(fileOf('gateway-api.yaml'));
    const found = await problem('gateway-api.yaml', 'reviewz');
    const titles = await act('gateway-api.yaml', found.range, 'nothing of the kind');
    const forLine = titles.find((title) => title.endsWith('for this line'));
    const forAll = titles.find((title) => title.endsWith('for the workspace'));
    assert.ok(forLine !== undefined && forAll !== undefined, titles.join('\n'));
    await act('gateway-api.yaml', found.range, forLine);
    const gone = async (): Promise<boolean> =>
      (await editor.workbench.problems(fileOf('gateway-api.yaml'))).every(({ code }) => code !== found.code);
    await waitFor('silence', gone);
    assert.match(await textOf('gateway-api.yaml'), new RegExp(`# meshlens-disable-next-line ${found.code}\\n`));
    await editor.companion.command('undo');
    const again = await problem('gateway-api.yaml', 'reviewz');
    await act('gateway-api.yaml', again.range, forAll);
    await waitFor('silence by the configuration file', gone);
    const written = await readFile(path.join(editor.folder, '.meshlensrc.yaml'), 'utf8');
    assert.match(written, /^rules:\n {2}[a-z-]+: "off"$/m);
  });

  test('switched off, nothing is underlined; switched on again, everything is', async () => {
    const enable = (isOn: boolean): Promise<null> =>
      editor.companion.evaluate(async (vscode, value) => {
        await vscode.workspace.getConfiguration('meshlens').update('analysis.enabled', value, true);
        return null;
      }, isOn);
    const count = (): Promise<number> =>
      editor.companion.evaluate(
        (vscode, file) => Promise.resolve(vscode.languages.getDiagnostics(vscode.Uri.file(file)).length),
        fileOf('closed.yaml'),
      );
    await waitFor('a problem', async () => (await count()) === 1);
    await enable(false);
    await waitFor('no problem', async () => (await count()) === 0);
    await enable(true);
    await waitFor('the problem again', async () => (await count()) === 1);
  });

  test('problems of a file go with the file', async () => {
    // Never opened: what an editor still holds is not gone.
    const count = (): Promise<number> =>
      editor.companion.evaluate(
        (vscode, file) => Promise.resolve(vscode.languages.getDiagnostics(vscode.Uri.file(file)).length),
        fileOf('closed.yaml'),
      );
    await waitFor('a problem', async () => (await count()) === 1);
    await rm(fileOf('closed.yaml'));
    await waitFor('no problem', async () => (await count()) === 0);
  });
});
