import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kubeconfigPaths } from '../../../../../src/engine/discovery/kubernetes/kubeconfig/kubeconfig-paths.ts';

const home = '/people/ana';
const cwd = '/somewhere';

const cases: readonly {
  readonly name: string;
  readonly setting?: string;
  readonly kubeconfig?: string;
  readonly from: string;
  readonly paths: readonly string[];
}[] = [
  { name: 'nothing said', from: 'home', paths: ['/people/ana/.kube/config'] },
  { name: 'an empty variable', kubeconfig: '', from: 'home', paths: ['/people/ana/.kube/config'] },
  { name: 'one file', kubeconfig: '/a', from: 'environment', paths: ['/a'] },
  {
    name: 'a list, its empty and repeated parts left out',
    kubeconfig: '/b::/a:/b:',
    from: 'environment',
    paths: ['/b', '/a'],
  },
  { name: 'only separators', kubeconfig: '::', from: 'environment', paths: [] },
  { name: 'a relative path', kubeconfig: 'k/config', from: 'environment', paths: ['/somewhere/k/config'] },
  { name: 'the setting comes first', setting: '/s', kubeconfig: '/a', from: 'setting', paths: ['/s'] },
  { name: 'the setting in the home folder', setting: '~/k:/s', from: 'setting', paths: ['/people/ana/k', '/s'] },
  { name: 'a setting of blanks is none', setting: '  ', kubeconfig: '/a', from: 'environment', paths: ['/a'] },
];

for (const { name, setting, kubeconfig, from, paths } of cases) {
  test(`files of the kubeconfig: ${name}`, () => {
    const found = kubeconfigPaths({
      ...(setting !== undefined && { setting }),
      env: { KUBECONFIG: kubeconfig },
      home,
      cwd,
      platform: 'linux',
    });
    assert.deepEqual(found, { paths, from });
  });
}

test('files of the kubeconfig on Windows: semicolons part them, quotes protect', () => {
  const env = { KUBECONFIG: 'C:\\k\\one;"C:\\a;b\\two";three' };
  assert.deepEqual(kubeconfigPaths({ env, home: 'C:\\Users\\ana', cwd: 'D:\\x', platform: 'win32' }).paths, [
    'C:\\k\\one',
    'C:\\a;b\\two',
    'D:\\x\\three',
  ]);
  assert.deepEqual(kubeconfigPaths({ env: {}, home: 'C:\\Users\\ana', cwd: 'D:\\x', platform: 'win32' }).paths, [
    'C:\\Users\\ana\\.kube\\config',
  ]);
});
