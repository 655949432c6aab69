import assert from 'node:assert/strict';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { loadKubeconfig } from '../../../../../src/engine/discovery/kubernetes/kubeconfig/load-kubeconfig.ts';
import { watchKubeconfig } from '../../../../../src/engine/discovery/kubernetes/kubeconfig/watch-kubeconfig.ts';

test('a kubeconfig tells that a file of it came, was replaced, and went', async (t) => {
  const folder = await mkdtemp(path.join(tmpdir(), 'meshlens-kubeconfig-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const file = path.join(folder, 'config');
  const kubeconfig = await loadKubeconfig({ setting: file, env: {}, home: folder });

  // Written before anybody watches: the fingerprint of the loading knows better.
  await writeFile(file, 'current-context: a');
  let heard: () => void = () => undefined;
  const next = (): Promise<void> => new Promise((resolve) => (heard = resolve));
  let change = next();
  const watch = watchKubeconfig(kubeconfig, () => heard(), 5);
  t.after(() => watch.dispose());
  await change;

  change = next();
  await writeFile(`${file}.new`, 'current-context: another');
  await rename(`${file}.new`, file);
  await change;

  change = next();
  await rm(file);
  await change;

  let late = 0;
  heard = () => (late += 1);
  watch.dispose();
  await writeFile(file, 'current-context: late');
  // A second watch sees the same change; by then the first would have, too.
  await new Promise<void>((resolve) => {
    const second = watchKubeconfig(
      kubeconfig,
      () => {
        second.dispose();
        resolve();
      },
      5,
    );
  });
  assert.equal(late, 0);
});
