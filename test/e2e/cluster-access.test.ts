/** Programs that sign in, the Kubernetes extension, a namespace that joins a mesh, and a debugger behind the dev proxy. */
import assert from 'node:assert/strict';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pinnedNode } from '../../scripts/code-server/programs.mjs';
import { realClusterMissing, startRealCluster, type RealCluster } from '../cluster/real-cluster.ts';
import { clusterPatience, clusterRow, notified, pastDiff, reviewOf } from './harness/cluster-views.ts';
import { startEditor, type RunningEditor } from './harness/editor.ts';
import { waitFor } from './harness/wait.ts';

const standIn = path.join(import.meta.dirname, 'kubernetes-stand-in');

const objects = JSON.stringify({
  apiVersion: 'v1',
  kind: 'List',
  items: [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'till', namespace: 'shop' },
      spec: { selector: { app: 'till' }, ports: [{ name: 'http', port: 8080 }] },
    },
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'till', namespace: 'shop', labels: { app: 'till' } },
      spec: { containers: [{ name: 'app', image: 'till', ports: [{ containerPort: 8080 }] }] },
    },
  ],
});

/** Stops in the debugger, then asks a service of the cluster by its name. */
const program = `const { writeFileSync } = require('node:fs');
debugger;
fetch('http://till:8080/price')
  .then((response) => response.text(), (error) => String(error.cause ?? error))
  .then((text) => writeFileSync('answer.txt', text));
`;

describe('ways into a cluster', { skip: realClusterMissing }, () => {
  let cluster: RealCluster;
  let editor: RunningEditor;
  let login: string;
  let server: Server | undefined;

  const runs = async (): Promise<number> =>
    (await readFile(`${login}.runs`, 'utf8').catch(() => '')).split('\n').length - 1;
  const barSays = (text: string): Promise<unknown> =>
    waitFor(
      `"${text}" in the status bar`,
      async () => (await editor.workbench.status('cluster')) === text,
      clusterPatience,
    );
  const editKubeconfig = async (edit: (text: string) => string): Promise<void> => {
    const text = await readFile(cluster.kubeconfig, 'utf8');
    const edited = edit(text);
    assert.notEqual(edited, text);
    await writeFile(cluster.kubeconfig, edited);
  };
  const labels = async (): Promise<Record<string, string>> =>
    JSON.parse(await cluster.kubectl('get', 'namespace', 'shop', '-o', 'jsonpath={.metadata.labels}')) as Record<
      string,
      string
    >;

  before(async () => {
    cluster = await startRealCluster({ nodes: 1, withoutCrds: true });
    await cluster.apply(objects);
    const [token = ''] = (await readFile(path.join(cluster.folder, 'tokens.csv'), 'utf8')).split(',');
    login = path.join(cluster.folder, 'login');
    const credential = {
      apiVersion: 'client.authentication.k8s.io/v1',
      kind: 'ExecCredential',
      status: { token },
    };
    await writeFile(`${login}.json`, JSON.stringify(credential));
    await writeFile(login, `#!/bin/sh\necho run >>"$0.runs"\ncat "$0.json"\n`);
    await chmod(login, 0o755);
    // By hand: kubectl makes the path of the program relative, and so another program.
    const exec = {
      apiVersion: 'client.authentication.k8s.io/v1',
      command: login,
      args: ['--cluster=shop'],
      interactiveMode: 'Never',
    };
    await editKubeconfig((text) =>
      text
        .replace(/^users:$/m, `users:\n- ${JSON.stringify({ name: 'with-program', user: { exec } })}`)
        .replace(/^contexts:$/m, 'contexts:\n- {name: program, context: {cluster: test, user: with-program}}'),
    );
    editor = await startEditor({
      files: { 'caller.cjs': program },
      settings: { 'workbench.colorTheme': 'Dark Modern' },
      machineSettings: { 'meshlens.cluster.kubeconfig': cluster.kubeconfig },
      extensions: [standIn],
    });
  });
  after(async () => {
    await editor?.stop();
    server?.closeAllConnections();
    server?.close();
    await cluster?.stop();
  });

  test('a program of the kubeconfig is run only after a person has read its command and agreed', async () => {
    const { companion, workbench } = editor;
    await companion.command('workbench.view.extension.meshlens');
    await companion.command('meshlens.clusters.focus');
    await workbench.showOnly('Clusters');
    await companion.beginCommand('meshlens.cluster.connect', { context: 'program' });
    const question = await workbench.dialogText();
    assert.match(question, /Context program signs in with a program\. May it be run\?/);
    assert.ok(question.includes(`${login} --cluster=shop`), question);
    await workbench.screenshot('cluster-consent');
    await workbench.pressDialog('Cancel');
    assert.equal(await workbench.status('cluster'), undefined);
    assert.equal(await runs(), 0);

    await companion.beginCommand('meshlens.cluster.connect', { context: 'program' });
    await workbench.pressDialog('Allow and Connect');
    await clusterRow(editor, /^program ?connected · v1\./);
    assert.equal(await runs(), 1);
  });

  test('the answer holds until it is forgotten; then the view asks again', async () => {
    const { companion, page, workbench } = editor;
    await companion.command('meshlens.cluster.retry', { context: 'program' });
    await waitFor('the program to run again', async () => (await runs()) === 2);
    await clusterRow(editor, /^program ?connected/);
    await companion.beginCommand('meshlens.cluster.forgetPrograms');
    await workbench.quickInput.locator('.monaco-list-row', { hasText: login }).first().waitFor();
    await page.keyboard.press('Enter');
    await waitFor('the list to be gone', async () => !(await workbench.quickInput.isVisible()));
    await companion.command('meshlens.cluster.retry', { context: 'program' });
    await clusterRow(editor, /^program ?waits for your consent/);
    await clusterRow(editor, /^Allow to run: .*login --cluster=shop/);
    await workbench.screenshot('cluster-consent-missing');
    assert.equal(await runs(), 2);
    await workbench.row('Clusters', /^Allow to run/).click();
    await workbench.pressDialog('Allow and Connect');
    await barSays('program · all namespaces · connected');
    assert.equal(await runs(), 3);
  });

  test('follows the context and the namespace that are chosen in the Kubernetes extension', async () => {
    const { companion, workbench } = editor;
    // The Kubernetes extension writes the choice into the kubeconfig, too.
    await editKubeconfig((text) => text.replace(/^current-context: .*$/m, 'current-context: token'));
    await companion.command('kubernetesStandIn.chooseContext', 'token');
    await barSays('token · all namespaces · connected');
    await clusterRow(editor, /^token ?connected/);
    await companion.command('kubernetesStandIn.chooseNamespace', 'shop');
    await barSays('token · shop · connected');
    await workbench.expand('Clusters', /^shop/);
    await clusterRow(editor, /^till ?8080 http · /);
    await waitFor('the other namespaces to be gone', async () =>
      (await workbench.rows('Clusters')).every((text) => !text.startsWith('kube-system')),
    );
    await workbench.screenshot('cluster-followed');
    await companion.command('kubernetesStandIn.chooseContext', 'nowhere');
    await companion.evaluate(async (vscode) => {
      const meshlens = vscode.workspace.getConfiguration('meshlens');
      await meshlens.update('cluster.followKubernetesExtension', false, vscode.ConfigurationTarget.Global);
    }, null);
    await companion.command('kubernetesStandIn.chooseContext', 'guest');
    // What is asked later is answered later: had the choice been followed, this context would have been left by then.
    await companion.command('meshlens.cluster.retry', { context: 'token' });
    await barSays('token · shop · connected');
    await clusterRow(editor, /^till ?8080 http · /);
  });

  test('a namespace joins a mesh by a reviewed change of its labels, and leaves it by undo', async () => {
    const { companion, workbench } = editor;
    const before = await labels();
    await companion.command('notifications.clearAll');
    await companion.beginCommand('meshlens.change.enrol', { context: 'token', namespace: 'shop' });
    await workbench.answerQuickInput('Sidecars');
    await pastDiff(editor, 'token');
    const question = await workbench.dialogText();
    assert.match(question, /^Change 1 object in context token\?/);
    assert.match(question, /change Namespace shop/);
    await workbench.screenshot('cluster-enrol');
    assert.deepEqual(await labels(), before, 'nothing is changed before the answer');
    await workbench.pressDialog('Apply to token');
    await notified(editor, /Namespace shop: .* \(token\)|1 object changed in token/);
    assert.deepEqual(await labels(), { ...before, 'istio-injection': 'enabled' });
    assert.match(await reviewOf(editor, 'token', 'meshlens.change.undo'), /change Namespace shop/);
    await workbench.pressDialog('Apply to token');
    await waitFor('the label to be gone', async () => !('istio-injection' in (await labels())));
    assert.deepEqual(await labels(), before);
  });

  test('a program in the debugger reaches a service of the cluster by its name', async () => {
    const { companion, folder, workbench } = editor;
    const till = createServer((request, response) => response.end(`till: ${request.url ?? ''}`));
    server = till;
    await new Promise<void>((resolve) => till.listen(0, '127.0.0.1', resolve));
    await cluster.back('till', 'shop', { 8080: (till.address() as AddressInfo).port });
    await companion.command('meshlens.devProxy.start', { context: 'token', namespaces: ['shop'] });
    await waitFor(
      'the status bar',
      async () => (await workbench.status('devProxy')) === 'Dev proxy · token',
      clusterPatience,
    );
    await companion.evaluate(async (vscode, runtimeExecutable) => {
      const configuration = {
        type: 'node',
        request: 'launch',
        name: 'caller',
        program: '${workspaceFolder}/caller.cjs',
        cwd: '${workspaceFolder}',
        runtimeExecutable,
        env: { OWN: 'kept' },
      };
      if (!(await vscode.debug.startDebugging(vscode.workspace.workspaceFolders?.[0], configuration)))
        throw new Error('The debugger did not start.');
    }, pinnedNode());
    const seen = await waitFor(
      'the program to stop in the debugger',
      () =>
        companion.evaluate(async (vscode) => {
          const { activeStackItem: at, activeDebugSession: session } = vscode.debug;
          if (at === undefined || session === undefined || !('frameId' in at)) return undefined;
          const expression = 'JSON.stringify([process.env.HTTP_PROXY, process.env.MESHLENS_ACTIVE, process.env.OWN])';
          const answer = (await session.customRequest('evaluate', { expression, frameId: at.frameId })) as {
            readonly result: string;
          };
          return answer.result;
        }, null),
      clusterPatience,
    );
    assert.match(seen, /^'\["http:\/\/127\.0\.0\.1:\d+","1","kept"\]'$/);
    await workbench.screenshot('cluster-debugger');
    await companion.command('workbench.action.debug.continue');
    const answer = await waitFor(
      'the answer of the service',
      () => readFile(path.join(folder, 'answer.txt'), 'utf8'),
      clusterPatience,
    );
    assert.equal(answer, 'till: /price');
    await companion.command('meshlens.devProxy.stop');
    await waitFor('the status bar', async () => (await workbench.status('devProxy')) === undefined);
  });
});
