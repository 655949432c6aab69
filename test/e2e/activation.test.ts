import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { startEditor, type RunningEditor } from './harness/editor.ts';
import { waitFor } from './harness/wait.ts';

const engine = path.join(import.meta.dirname, 'fake-engine', 'engine.mjs');
const manifest = JSON.parse(await readFile(path.resolve(import.meta.dirname, '../../package.json'), 'utf8')) as {
  readonly contributes: { readonly commands: readonly { readonly command: string }[] };
};

describe('the extension in an empty folder', () => {
  let editor: RunningEditor;

  before(async () => {
    editor = await startEditor({ machineSettings: { 'meshlens.engine.path': engine } });
  });
  after(() => editor?.stop());

  test('is activated at once', async (t) => {
    const time = await editor.companion.evaluate(async (vscode) => {
      const extension = vscode.extensions.getExtension('meshlens.meshlens');
      if (extension === undefined) throw new Error('Meshlens is not installed.');
      if (extension.isActive) throw new Error('It was active before anything needed it.');
      const begun = performance.now();
      await extension.activate();
      return performance.now() - begun;
    }, null);
    t.diagnostic(`activated in ${time.toFixed(0)} ms`);
    // Some ten milliseconds are usual. The bound leaves room for a machine that is busy with other things.
    assert.ok(time < 1000, `took ${time} ms`);
  });

  test('offers every command that its manifest declares', async () => {
    const known = await editor.companion.evaluate((vscode) => Promise.resolve(vscode.commands.getCommands(true)), null);
    const missing = manifest.contributes.commands.map(({ command }) => command).filter((id) => !known.includes(id));
    assert.deepEqual(missing, []);
  });

  test('says in each view what to do when there is nothing to show', async () => {
    const { companion, workbench } = editor;
    await companion.command('workbench.view.extension.meshlens');
    const text = await waitFor('the welcome of the Services view', async () => {
      const shown = await workbench.welcome('Services');
      return shown.includes('No local mesh yet') ? shown : undefined;
    });
    assert.match(text, /Create a Mesh File/);
    await waitFor('Events', async () => (await workbench.welcome('Events')).includes('is told here'));
    await waitFor('Traces', async () => (await workbench.welcome('Traces')).includes('while a local mesh runs'));
    assert.equal(await workbench.status(), undefined, 'nothing in the status bar where there is no mesh');
  });

  test('creates a mesh file and then offers to start it', async () => {
    const { companion, folder, workbench } = editor;
    await companion.command('meshlens.localMesh.create');
    const text = await readFile(path.join(folder, 'meshlens.yaml'), 'utf8');
    assert.match(text, /kind: LocalMesh/);
    await waitFor('the offer to start', async () => (await workbench.welcome('Services')).includes('Start Local Mesh'));
    await waitFor('the status bar', async () => (await workbench.status()) === 'Mesh stopped');
  });

  test('tells why a mesh does not start', async () => {
    const { companion, folder, workbench } = editor;
    const file = path.join(folder, 'meshlens.yaml');
    const text = await readFile(file, 'utf8');
    await writeFile(file, `${text}\nfails: true\n`);
    await companion.command('meshlens.localMesh.start');
    await waitFor('the notification', async () => (await workbench.notifications()).includes('Port 1 is taken.'));
    await waitFor('the welcome', async () => (await workbench.welcome('Services')).includes('could not run'));
    await waitFor('the status bar', async () => (await workbench.status()) === 'demo failed');
    await companion.command('notifications.clearAll');
    await writeFile(file, text);
  });

  test('starts the mesh, shows its services, events and traces, and opens the topology', async () => {
    const { companion, page, workbench } = editor;
    await companion.command('meshlens.localMesh.start');
    await waitFor('the services', async () => {
      const rows = await workbench.rows('Services');
      return rows.some((row) => /^api ?8080 · 2 instances$/.test(row)) ? rows : undefined;
    });
    await waitFor('the event', async () => (await workbench.rows('Events')).some((row) => row.includes('has started')));
    await waitFor('the trace', async () =>
      (await workbench.rows('Traces')).some((row) => row.includes('GET /productpage') && row.includes('1 retry')),
    );
    await waitFor('the status bar', async () => (await workbench.status()) === 'demo running');
    await page.locator('.tab', { hasText: 'Mesh Topology' }).waitFor();
  });

  test('stops one service and tells it', async () => {
    const { companion, workbench } = editor;
    await companion.command('meshlens.service.stop', { namespace: 'demo', name: 'api-v1-1' });
    await waitFor('the row', async () =>
      (await workbench.rows('Services')).some((row) => row.includes('1 of 2 instances ready')),
    );
    await waitFor('the event', async () =>
      (await workbench.rows('Events')).some((row) => row.startsWith('api-v1-1 has stopped')),
    );
  });

  test('sends a test request and shows the answer with its route', async () => {
    const { companion, workbench } = editor;
    await companion.command('meshlens.request.send', {
      host: 'web',
      method: 'GET',
      path: '/a?b=c',
      headers: { 'end-user': 'jason' },
    });
    const text = await workbench.shownText(/^# 200 · 12\.3\u2009ms\n/);
    assert.match(text, /answered by web-v1-0/);
    assert.match(text, /1\. No VirtualService names the host\./);
    assert.match(text, /"end-user": "jason"/);
  });

  test('asks for what it was not given, step by step', async () => {
    const { companion, workbench } = editor;
    await companion.beginCommand('meshlens.request.send');
    await waitFor('the first step', async () => (await workbench.quickInput.innerText()).includes('(1/5)'));
    await workbench.answerQuickInput('api');
    await waitFor('the method', async () => (await workbench.quickInput.innerText()).includes('(2/5)'));
    await workbench.answerQuickInput('POST');
    await waitFor('the path', async () => (await workbench.quickInput.innerText()).includes('(3/5)'));
    await workbench.answerQuickInput('/orders');
    await waitFor('the headers', async () => (await workbench.quickInput.innerText()).includes('(4/5)'));
    await workbench.answerQuickInput('Go on');
    await waitFor('the body', async () => (await workbench.quickInput.innerText()).includes('(5/5)'));
    await workbench.answerQuickInput('{"many":1}');
    await workbench.shownText(/POST http:\/\/api\.demo\.svc/);
  });

  test('analyzes the workspace into the Problems panel', async () => {
    const { companion, folder, workbench } = editor;
    const file = path.join(folder, 'route.yaml');
    await writeFile(file, 'kind: VirtualService\nhost: reviewz\n');
    await companion.command('meshlens.workspace.analyze');
    const [problem] = await waitFor('the problem', async () => {
      const problems = await workbench.problems(file);
      return problems.length > 0 ? problems : undefined;
    });
    assert.deepEqual(problem && { text: problem.text, code: problem.code }, { text: 'reviewz', code: 'MESH0001' });
    await waitFor('the count', async () =>
      (await workbench.notifications()).some((text) => text.includes('1 errors') || text.includes('1 error')),
    );
  });

  test('writes what services say into channels of the Output panel', async () => {
    const { companion, page } = editor;
    await companion.command('notifications.clearAll');
    await companion.command('meshlens.service.showLog', { workload: 'web-v1' });
    await page
      .locator('.pane-body .view-line, .output-view-container .view-line', { hasText: 'web says hello' })
      .first()
      .waitFor();
  });

  test('stops the mesh', async () => {
    const { companion, workbench } = editor;
    await companion.command('meshlens.localMesh.stop');
    await waitFor('the status bar', async () => (await workbench.status()) === 'Mesh stopped');
  });
});

describe('the extension in an untrusted workspace', () => {
  let editor: RunningEditor;

  before(async () => {
    editor = await startEditor({
      trust: false,
      machineSettings: { 'meshlens.engine.path': engine },
      settings: { 'meshlens.localMesh.autoStart': true },
      files: { 'meshlens.yaml': 'kind: LocalMesh\n' },
    });
  });
  after(() => editor?.stop());

  test('checks, but does not run anything', async () => {
    const { companion, workbench } = editor;
    await companion.command('workbench.view.extension.meshlens');
    await waitFor('the welcome', async () => (await workbench.welcome('Services')).includes('Restricted Mode'));
    await waitFor('the extension', () =>
      companion.evaluate((vscode) => vscode.extensions.getExtension('meshlens.meshlens')?.isActive ?? false, null),
    );
    assert.equal(await companion.evaluate((vscode) => vscode.workspace.isTrusted, null), false);
    await companion.command('meshlens.localMesh.start');
    await waitFor('the refusal', async () =>
      (await workbench.notifications()).some((text) => text.includes('Trust the workspace first')),
    );
    assert.deepEqual(await workbench.rows('Services'), []);
  });
});
