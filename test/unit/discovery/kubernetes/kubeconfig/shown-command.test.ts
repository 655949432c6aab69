import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shownCommand } from '../../../../../src/engine/discovery/kubernetes/kubeconfig/shown-command.ts';

const cases: readonly (readonly [string, readonly string[], string])[] = [
  ['aws', ['eks', 'get-token', '--cluster-name', 'prod'], 'aws eks get-token --cluster-name prod'],
  ['/opt/my tools/login', ['a b', "it's"], `'/opt/my tools/login' 'a b' 'it'\\''s'`],
  ['kubectl', ['oidc-login', '--oidc-client-secret=hush', '-v1'], 'kubectl oidc-login --oidc-client-secret=••• -v1'],
  ['login', ['--password', 'hush', '--user', 'ana'], 'login --password ••• --user ana'],
  ['login', ['--token-cache-dir=/tmp/c', '--token-file', '/t'], 'login --token-cache-dir=/tmp/c --token-file /t'],
  ['login', ['two\nlines', ''], `login 'two lines' ''`],
];

for (const [command, args, shown] of cases) {
  test(`the command is shown as ${shown}`, () => assert.equal(shownCommand(command, args), shown));
}
