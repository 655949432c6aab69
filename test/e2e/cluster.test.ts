import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { realClusterMissing, startRealCluster, type RealCluster } from '../cluster/real-cluster.ts';
import { clusterPatience, clusterRow, notified, reviewOf } from './harness/cluster-views.ts';
import { startEditor, type RunningEditor } from './harness/editor.ts';
import { Panel } from './harness/panel.ts';
import { waitFor } from './harness/wait.ts';

const sample = path.resolve(import.meta.dirname, '../../samples/bookinfo');
const routes = { apiVersion: 'networking.istio.io/v1', kind: 'VirtualService', namespace: 'bookinfo', name: 'reviews' };

describe('a real cluster in the editor', { skip: realClusterMissing }, () => {
  let cluster: RealCluster;
  let editor: RunningEditor;
  let file: string;
  const servers: Server[] = [];

  before(async () => {
    cluster = await startRealCluster();
    editor = await startEditor({
      workspace: sample,
      // The sample starts its local mesh by a setting of its own; here it is about the cluster.
      files: { '.vscode/settings.json': '{}' },
      settings: { 'workbench.colorTheme': 'Dark Modern' },
      machineSettings: { 'meshlens.cluster.kubeconfig': cluster.kubeconfig },
    });
    file = path.join(editor.folder, 'reviews-route.yaml');
  });
  after(async () => {
    await editor?.stop();
    for (const server of servers) {
      server.closeAllConnections();
      server.close();
    }
    await cluster?.stop();
  });

  const row = (pattern: RegExp): Promise<string> => clusterRow(editor, pattern);
  const weights = async (): Promise<string> =>
    cluster.kubectl(
      'get',
      'virtualservice',
      'reviews',
      '-n',
      'bookinfo',
      '-o',
      'jsonpath={.spec.http[0].route[*].weight}',
    );

  test('says what to do before a cluster is chosen, and asks none', async () => {
    const { companion, workbench } = editor;
    await companion.command('workbench.view.extension.meshlens');
    await companion.command('meshlens.clusters.focus');
    await workbench.showOnly('Clusters');
    await waitFor('the welcome', async () => (await workbench.welcome('Clusters')).includes('Connect to Cluster…'));
    assert.equal(await workbench.status('cluster'), undefined);
  });

  test('offers the contexts of the kubeconfig, and shows the namespaces of the one that is chosen', async () => {
    const { companion, workbench } = editor;
    await companion.beginCommand('meshlens.cluster.connect');
    const items = workbench.quickInput.locator('.monaco-list-row');
    await items.first().waitFor();
    const offered = (await items.allInnerTexts()).map((text) => text.replace(/\s+/g, ' '));
    assert.match(offered[0] ?? '', /admin.*current · https:\/\/127\.0\.0\.1:/);
    assert.equal(offered.length, 3);
    await workbench.answerQuickInput('admin');
    await row(/^admin ?connected · v1\./);
    await row(/^kube-system/);
    await row(/^Other contexts ?2$/);
    await waitFor(
      'the status bar',
      async () => (await workbench.status('cluster')) === 'admin · all namespaces · connected',
    );
  });

  test('deploys Bookinfo by a plan, a diff and a question that names the context', async () => {
    const { companion, page, workbench } = editor;
    await companion.beginCommand('meshlens.change.deployBookinfo');
    await workbench.answerQuickInput('bookinfo');
    await notified(editor, /Deploy Bookinfo to bookinfo: look through what would change in admin/);
    await page.locator('.tab', { hasText: 'Deploy Bookinfo to bookinfo (context admin)' }).waitFor();
    await workbench.screenshot('cluster-deploy-diff');
    await companion.command('notifications.clearAll');
    // Who reads long finds the way on where it does not go away by itself.
    assert.match((await workbench.status('change')) ?? '', /^Continue: Deploy Bookinfo to bookinfo \(admin\)…$/);
    assert.equal(
      (await cluster.kubectl('get', 'namespace', 'bookinfo', '--ignore-not-found')).trim(),
      '',
      'a plan changes nothing',
    );
    await workbench.pressStatus('change');
    const question = await workbench.dialogText();
    assert.match(question, /^Change 22 objects in context admin\?/);
    assert.match(question, /create Deployment bookinfo\/reviews-v3/);
    await workbench.screenshot('cluster-deploy-question');
    await workbench.pressDialog('Apply to admin');
    await notified(editor, /^22 objects changed in admin\.$/);
    assert.equal(await weights(), '100 0 0');
    await waitFor('the diff to be closed', async () => (await page.locator('.tab').count()) === 0);
    assert.equal(await workbench.status('change'), undefined);
    await workbench.expand('Clusters', /bookinfo/);
    for (const name of ['details', 'productpage', 'ratings', 'reviews'])
      await row(new RegExp(`^${name} ?9080 http · `));
    await row(/^reviews ?9080 http · 3\/3 ready/);
    await row(/^reviews-v3 ?1\/1 ready · not in a mesh/);
  });

  test('shows only the namespaces that are chosen', async () => {
    const { companion, page, workbench } = editor;
    await companion.beginCommand('meshlens.cluster.chooseNamespaces');
    const input = workbench.quickInput.locator('input.input, input[type="text"]').first();
    await input.fill('bookinfo');
    await workbench.quickInput.locator('.monaco-list-row', { hasText: 'bookinfo' }).first().click();
    await page.keyboard.press('Enter');
    await waitFor('the status bar', async () => (await workbench.status('cluster')) === 'admin · bookinfo · connected');
    await row(/^Choose namespaces… ?\d+ more$/);
    await waitFor('the others to be gone', async () => {
      const shown = await workbench.rows('Clusters');
      return shown.some((text) => text.startsWith('bookinfo')) && !shown.some((text) => text.startsWith('kube-system'));
    });
  });

  test('draws the topology from the objects alone', async () => {
    const { companion, page, workbench } = editor;
    await companion.command('meshlens.cluster.openTopology');
    const panel = new Panel(page);
    const nodes = await waitFor(
      'Bookinfo in the topology',
      async () => {
        const all = await panel.nodes();
        return all.filter(({ name }) => /reviews|ratings|details|productpage/.test(name)).length >= 6 ? all : undefined;
      },
      clusterPatience,
    );
    for (const name of ['productpage', 'details', 'ratings']) assert.ok(nodes.some((node) => node.name.includes(name)));
    assert.ok(
      nodes.every(({ rate }) => !(rate > 0)),
      'nothing is measured yet',
    );
    await panel.pictureDrawn();
    await workbench.screenshot('cluster-topology');
    await companion.command('workbench.action.closeAllEditors');
  });

  test('shows an object as the cluster has it, beside the file that declares it, and follows it', async () => {
    const { companion, page, workbench } = editor;
    await companion.command('meshlens.object.open', { context: 'admin', ref: routes });
    const text = await workbench.shownText(/^kind: VirtualService$/m);
    assert.match(text, /managedFields:/);
    await waitFor('the managed fields to be folded', async () => {
      const lines = await page.locator('.editor-group-container.active .view-line').allInnerTexts();
      return lines.some((line) => line.includes('managedFields')) && !lines.some((line) => line.includes('fieldsType'));
    });
    const visible = await companion.evaluate(
      (vscode) => vscode.window.visibleTextEditors.map(({ document }) => document.uri.path.split('/').at(-1)),
      null,
    );
    assert.deepEqual(visible.toSorted(), ['reviews-route.yaml', 'reviews.VirtualService (admin).yaml']);
    await companion.evaluate((vscode) => {
      const active = vscode.window.activeTextEditor;
      if (active === undefined) throw new Error('No editor');
      const line = active.document.getText().split('\n').indexOf('spec:');
      active.selection = new vscode.Selection(line, 2, line, 2);
    }, null);
    await workbench.screenshot('cluster-object');
    await cluster.kubectl('annotate', 'virtualservice', 'reviews', '-n', 'bookinfo', 'example.com/note=new');
    await workbench.shownText(/example\.com\/note: new/);
    const at = await companion.evaluate((vscode) => {
      const active = vscode.window.activeTextEditor;
      return active?.document.lineAt(active.selection.active.line).text ?? '';
    }, null);
    assert.equal(at, 'spec:', 'the cursor stays at its text');
    await companion.command('workbench.action.closeAllEditors');
  });

  test('applies a document, shows the conflict with another manager, takes over when told so, and takes it back', async () => {
    const { companion, workbench } = editor;
    const theirs = path.join(cluster.folder, 'theirs.yaml');
    const [declared = ''] = (await readFile(file, 'utf8')).split('---');
    await writeFile(theirs, declared.replace('weight: 100', 'weight: 90').replace('weight: 0', 'weight: 10'));
    await cluster.kubectl('apply', '--server-side', '--force-conflicts', '--field-manager=team-b', '-f', theirs);
    assert.equal(await weights(), '90 10 0');
    await workbench.open(file);
    await workbench.edit(file, 'weight: 100', 'weight: 50', false);
    await workbench.edit(file, 'weight: 0', 'weight: 50', false);
    const line = await companion.evaluate(
      (vscode) => vscode.window.activeTextEditor?.document.getText().split('\n').indexOf('kind: VirtualService') ?? -1,
      null,
    );
    assert.ok(line >= 0);
    const question = await reviewOf(editor, 'admin', 'meshlens.change.apply', undefined, { line });
    assert.match(question, /^Change 1 object in context admin\?/);
    assert.match(question, /VirtualService bookinfo\/reviews: \S+ \(team-b\)/);
    await workbench.screenshot('cluster-conflict');
    assert.equal(await weights(), '90 10 0');
    await workbench.pressDialog('Take Over These Fields');
    assert.match(await workbench.dialogText(), /from team-b in context admin\?/);
    await workbench.pressDialog('Take Over and Apply to admin');
    await notified(editor, /VirtualService bookinfo\/reviews: .* \(admin\)/);
    assert.equal(await weights(), '50 50 0');
    const undo = await reviewOf(editor, 'admin', 'meshlens.change.undo');
    assert.match(undo, /change VirtualService bookinfo\/reviews/);
    await workbench.pressDialog('Apply to admin');
    await waitFor('the change to be taken back', async () => (await weights()) === '90 10 0');
    await companion.command('workbench.action.files.revert');
    await companion.command('workbench.action.closeAllEditors');
  });

  test('compares the cluster with the workspace', async () => {
    const { companion, page, workbench } = editor;
    await companion.command('meshlens.object.compare', { context: 'admin', ref: routes });
    await page.locator('.tab', { hasText: 'VirtualService bookinfo/reviews: admin ↔ workspace' }).waitFor();
    const sides = await waitFor('both sides', async () => {
      const texts = await companion.evaluate(
        (vscode) => vscode.window.visibleTextEditors.map(({ document }) => document.getText()),
        null,
      );
      return texts.length === 2 ? texts : undefined;
    });
    assert.match(sides[0] ?? '', /weight: 90/);
    assert.match(sides[1] ?? '', /weight: 100/);
    await workbench.screenshot('cluster-compare');
    await companion.command('workbench.action.closeAllEditors');
  });

  test('tells a user without rights what is not allowed, once, with words for the administrator', async () => {
    const { companion, workbench } = editor;
    await companion.command('meshlens.cluster.connect', { context: 'guest', namespaces: ['bookinfo'] });
    await row(/^Not allowed/);
    await workbench.screenshot('cluster-forbidden');
    const shown = await workbench.rows('Clusters');
    assert.equal(shown.filter((text) => text.startsWith('Not allowed')).length, 1);
    await companion.command('meshlens.cluster.copyForbidden', { context: 'guest' });
    const copied = await companion.evaluate((vscode) => Promise.resolve(vscode.env.clipboard.readText()), null);
    assert.match(copied, /In context guest the user \S+ of the kubeconfig is not allowed to:\n- list /);
    assert.match(copied, /kind: Role/);
    await companion.command('meshlens.cluster.disconnect', { context: 'guest' });
    await waitFor('guest to be gone', async () =>
      (await workbench.rows('Clusters')).some((text) => /^Other contexts ?2$/.test(text)),
    );
    await companion.command('notifications.clearAll');
  });

  test('looks right in a dark, a light and two high-contrast themes', async () => {
    const { companion, workbench } = editor;
    await companion.command('meshlens.object.open', { context: 'admin', ref: routes });
    await row(/^reviews-v3 ?1\/1 ready/);
    for (const [name, theme, kind] of [
      ['light', 'Light Modern', 1],
      ['contrast', 'Default High Contrast', 3],
      ['contrast-light', 'Default High Contrast Light', 4],
      ['dark', 'Dark Modern', 2],
    ] as const) {
      await companion.evaluate(async (vscode, id) => {
        await vscode.workspace.getConfiguration('workbench').update('colorTheme', id, true);
      }, theme);
      await waitFor('the theme', () =>
        companion.evaluate((vscode): number => vscode.window.activeColorTheme.kind, null).then((now) => now === kind),
      );
      await workbench.screenshot(`cluster-${name}`);
    }
    await companion.command('workbench.action.closeAllEditors');
  });

  test('a terminal reaches services of the cluster through the dev proxy, by the routes of the workspace', async () => {
    const { companion, folder, workbench } = editor;
    for (const version of ['v1', 'v2', 'v3']) {
      const server = createServer((_, response) => response.end(`reviews ${version}`));
      servers.push(server);
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const pods = await cluster.kubectl(
        'get',
        'pods',
        '-n',
        'bookinfo',
        '-l',
        `app=reviews,version=${version}`,
        '-o',
        'name',
      );
      await cluster.back(pods.trim().replace('pod/', ''), 'bookinfo', { 9080: (server.address() as AddressInfo).port });
    }
    await companion.command('meshlens.devProxy.start', { context: 'admin', namespaces: ['bookinfo'] });
    await waitFor(
      'the status bar',
      async () => (await workbench.status('devProxy')) === 'Dev proxy · admin',
      clusterPatience,
    );
    const curl = async (name: string): Promise<string> => {
      const out = path.join(folder, `${name}.out`);
      await companion.evaluate((vscode, command) => {
        const terminal = vscode.window.createTerminal({ name: 'curl', shellPath: '/bin/sh' });
        terminal.show();
        terminal.sendText(command);
        return null;
      }, `curl -s --max-time 30 --retry 3 -o ${name}.part http://reviews:9080/reviews/0; mv ${name}.part ${name}.out`);
      return waitFor(`the answer ${name}`, () => readFile(out, 'utf8'), clusterPatience);
    };
    assert.equal(await curl('first'), 'reviews v1');
    await workbench.screenshot('cluster-dev-proxy');
    await workbench.edit(file, 'weight: 100', 'weight: 0', false);
    await companion.evaluate(async (vscode, name) => {
      const document = await vscode.workspace.openTextDocument(vscode.Uri.file(name));
      const edit = new vscode.WorkspaceEdit();
      const start = document.positionAt(document.getText().lastIndexOf('weight: 0'));
      edit.replace(document.uri, new vscode.Range(start, start.translate(0, 'weight: 0'.length)), 'weight: 100');
      await vscode.workspace.applyEdit(edit);
      await document.save();
    }, file);
    let tries = 0;
    await waitFor('the new route', async () => (await curl(`again-${(tries += 1)}`)) === 'reviews v3', clusterPatience);
    await companion.command('meshlens.devProxy.stop');
    await waitFor('the status bar', async () => (await workbench.status('devProxy')) === undefined);
    await companion.evaluate((vscode) => {
      const terminal = vscode.window.createTerminal({ name: 'after', shellPath: '/bin/sh' });
      terminal.sendText('printf "%s" "[$http_proxy$HTTP_PROXY$MESHLENS_ACTIVE]" > after.part; mv after.part after.out');
      return null;
    }, null);
    const left = await waitFor('a terminal after the stop', () => readFile(path.join(folder, 'after.out'), 'utf8'));
    assert.equal(left, '[]');
  });

  test('connects again after a reload of the window', async () => {
    const { companion, workbench } = editor;
    await workbench.reload();
    await companion.command('meshlens.clusters.focus');
    await row(/^admin ?connected/);
    await waitFor('the status bar', async () => (await workbench.status('cluster')) === 'admin · bookinfo · connected');
  });
});
