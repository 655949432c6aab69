import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { startEditor, type RunningEditor } from './harness/editor.ts';
import { enginePid, isAlive } from './harness/processes.ts';
import { waitFor } from './harness/wait.ts';

const engine = path.join(import.meta.dirname, 'fake-engine', 'engine.mjs');
const crashes = path.join(tmpdir(), `meshlens-crash-${process.pid}`);

describe('the engine', () => {
  let editor: RunningEditor;

  before(async () => {
    editor = await startEditor({
      machineSettings: { 'meshlens.engine.path': engine },
      settings: { 'meshlens.localMesh.autoStart': true, 'meshlens.topology.openWithMesh': false },
      files: { 'meshlens.yaml': 'kind: LocalMesh\n' },
      environment: { FAKE_ENGINE_CRASH: crashes },
    });
    await editor.companion.command('workbench.view.extension.meshlens');
    await waitFor('the mesh', async () => (await editor.workbench.status()) === 'demo running');
  });
  after(async () => {
    await editor?.stop();
    await rm(crashes, { force: true });
  });

  const pid = async (): Promise<number> => {
    const host = await editor.companion.hostPid();
    return waitFor('the engine', () => enginePid(host));
  };

  test('comes back at once after it was killed, with the mesh that ran', async () => {
    const { workbench } = editor;
    const before = await pid();
    const killed = performance.now();
    process.kill(before, 'SIGKILL');
    const next = await waitFor('another engine', async () => {
      const now = await enginePid(await editor.companion.hostPid());
      return now !== undefined && now !== before ? now : undefined;
    });
    // The new engine tells of its own start; what the window showed before is no proof.
    await waitFor('the mesh', async () => {
      const starts = (await workbench.rows('Events')).filter((row) => row.includes('has started'));
      return starts.length === 2 && (await workbench.status()) === 'demo running';
    });
    await waitFor('the services', async () => (await workbench.rows('Services')).length > 0);
    const took = performance.now() - killed;
    assert.ok(isAlive(next));
    assert.ok(took < 10_000, `took ${took} ms`);
  });

  test('is given up after three crashes in a minute, with words and buttons', async () => {
    const { workbench } = editor;
    await writeFile(crashes, '');
    process.kill(await pid(), 'SIGKILL');
    const text = await waitFor('the notification', async () =>
      (await workbench.notifications()).find((message) => message.includes('crashed 3 times within a minute')),
    );
    assert.match(text, /does not check or show anything until it runs again/);
    await waitFor('the status bar', async () => (await workbench.status()) === 'Mesh engine stopped');
    await waitFor('the welcome', async () => (await workbench.welcome('Services')).includes('does not run'));
    assert.equal(await enginePid(await editor.companion.hostPid()), undefined);
  });

  test('is started again by the button', async () => {
    const { workbench } = editor;
    await rm(crashes);
    await workbench.pressNotification('Restart');
    await pid();
    await waitFor('the offer to start the mesh', async () =>
      (await workbench.welcome('Services')).includes('Start Local Mesh'),
    );
  });

  test('ends with the window', async () => {
    const last = await pid();
    await editor.stop();
    await waitFor('the end of the engine', () => !isAlive(last));
  });
});
