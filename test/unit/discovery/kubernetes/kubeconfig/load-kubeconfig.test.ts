import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import {
  loadKubeconfig,
  type Kubeconfig,
} from '../../../../../src/engine/discovery/kubernetes/kubeconfig/load-kubeconfig.ts';

const folder = await mkdtemp(path.join(tmpdir(), 'meshlens-kubeconfig-'));
after(() => rm(folder, { recursive: true, force: true }));

let count = 0;
/** Writes files `0`, `1`, … into a folder of their own and loads them as a list. A text of `undefined` is a missing file. */
async function load(...texts: readonly (string | undefined)[]): Promise<Kubeconfig & { readonly folder: string }> {
  count += 1;
  const own = path.join(folder, String(count));
  await mkdir(own);
  const paths = texts.map((_, index) => path.join(own, String(index)));
  for (const [index, text] of texts.entries()) {
    if (text !== undefined) await writeFile(path.join(own, String(index)), text);
  }
  const kubeconfig = await loadKubeconfig({ env: { KUBECONFIG: paths.join(':') }, home: own, platform: 'linux' });
  return { ...kubeconfig, folder: own };
}

/** A kubeconfig with one context of the name, whose server is `https://NAME.example`. */
const simple = (name: string, current = ''): string => `
current-context: ${current}
clusters: [{name: ${name}, cluster: {server: "https://${name}.example"}}]
users: [{name: ${name}, user: {token: canary-${name}}}]
contexts: [{name: ${name}, context: {cluster: ${name}, user: ${name}}}]
`;

test('a summary names contexts in order, with everything but the secrets', async () => {
  const { summary } = await load(`
apiVersion: v1
kind: Config
current-context: prod
clusters:
- name: west
  cluster: {server: "https://ana:canary-url@west.example:6443/base?token=canary-query", insecure-skip-tls-verify: true}
users:
- name: ana
  user:
    exec:
      apiVersion: client.authentication.k8s.io/v1
      command: aws
      args: [eks, get-token, --client-secret=canary-arg]
      env: [{name: AWS_PROFILE, value: canary-env}]
      interactiveMode: Never
- name: bob
  user: {token: canary-token}
contexts:
- name: staging
  context: {cluster: west, user: bob}
- name: prod
  context: {cluster: west, user: ana, namespace: shop}
`);
  assert.deepEqual(summary.contexts, [
    {
      name: 'prod',
      cluster: 'west',
      user: 'ana',
      namespace: 'shop',
      server: 'https://west.example:6443/base',
      isCurrent: true,
      insecure: true,
      authentication: 'exec',
      execCommand: 'aws eks get-token --client-secret=•••',
      needsConsent: true,
    },
    {
      name: 'staging',
      cluster: 'west',
      user: 'bob',
      server: 'https://west.example:6443/base',
      isCurrent: false,
      insecure: true,
      authentication: 'token',
      needsConsent: false,
    },
  ]);
  assert.deepEqual(summary.problems, []);
  assert.doesNotMatch(JSON.stringify(summary), /canary/);
});

test('of a name in several files the first wins, and nobody throws', async () => {
  const first = simple('a', '').replace('https://a.example', 'https://first.example');
  const { summary } = await load(first, simple('a', 'a'), simple('b', 'b'));
  assert.deepEqual(
    summary.contexts.map(({ name, server, isCurrent }) => [name, server, isCurrent]),
    [
      ['a', 'https://first.example', true],
      ['b', 'https://b.example', false],
    ],
  );
});

test('missing files are fine beside one that exists', async () => {
  const { summary, folder: own } = await load(undefined, simple('a'), undefined);
  assert.deepEqual(summary.files, [path.join(own, '1')]);
  assert.deepEqual(summary.problems, []);
});

test('a broken file is told and left out, the others go on', async () => {
  const broken: readonly (readonly [string, RegExp])[] = [
    ['users: [{name: canary', /is not valid YAML \(line \d+\)\. Its contexts are left out\./],
    ['- canary', /no YAML mapping/],
    ['canary', /no YAML mapping/],
    ['kind: Deployment', /no kubeconfig/],
    ['apiVersion: apps/v1', /no kubeconfig/],
    ['users: [{name: a, user: {token: 31415}}]', /users “a”: “token” is not a text/],
    ['users: [{name: a, user: {client-key-data: "canary!"}}]', /“client-key-data” is not base64/],
    ['clusters: {a: {}}', /“clusters” is not a list/],
    ['clusters: [canary]', /“clusters” is not a mapping/],
    ['contexts: [{name: a}, {name: a}]', /names “a” twice in contexts/],
    ['clusters: [{name: a, cluster: {insecure-skip-tls-verify: 1}}]', /is not true or false/],
  ];
  for (const [text, problem] of broken) {
    const { summary } = await load(text, simple('fine'));
    assert.equal(summary.problems.length, 1, text);
    assert.match(summary.problems[0] ?? '', problem);
    assert.doesNotMatch(summary.problems[0] ?? '', /canary|31415/);
    assert.deepEqual(
      summary.contexts.map(({ name }) => name),
      ['fine'],
    );
  }
});

test('empty documents, empty lists and nulls are kubeconfigs without contexts', async () => {
  for (const text of [
    '',
    '---\n',
    '{}',
    'contexts: []\nclusters: []\nusers: []',
    'contexts: null\nusers:\nclusters: ~',
  ]) {
    const { summary } = await load(text);
    assert.deepEqual([summary.contexts, summary.problems], [[], []], text);
  }
});

test('aliases that grow without end are refused quickly', async () => {
  const bomb = ['a: &a [x,x,x,x,x,x,x,x,x,x]'];
  for (let level = 1; level < 10; level += 1) {
    const previous = String.fromCharCode(96 + level);
    const name = String.fromCharCode(97 + level);
    bomb.push(`${name}: &${name} [${Array.from({ length: 10 }, () => `*${previous}`).join(',')}]`);
  }
  const start = performance.now();
  const { summary } = await load(bomb.join('\n'), simple('fine'));
  assert.match(summary.problems[0] ?? '', /more values than a kubeconfig can have/);
  assert.ok(performance.now() - start < 10_000);
});

test('keys of the language itself are names like others', async () => {
  const { summary, context } = await load(`
clusters: [{name: __proto__, cluster: {server: "https://p.example", __proto__: {proxy-url: x}}}]
users: [{name: constructor, user: {auth-provider: {name: oidc, config: {__proto__: a, toString: b}}}}]
contexts: [{name: toString, context: {cluster: __proto__, user: constructor}}]
`);
  assert.equal(summary.contexts[0]?.server, 'https://p.example');
  assert.equal(summary.contexts[0]?.problem, undefined);
  assert.deepEqual(
    [...(context('toString')?.user.authProvider?.config ?? [])],
    [
      ['__proto__', 'a'],
      ['toString', 'b'],
    ],
  );
  assert.equal(({} as Record<string, unknown>)['proxy-url'], undefined);
});

test('a named pipe and a folder are told, not waited for', async () => {
  const pipe = path.join(folder, 'pipe');
  execFileSync('mkfifo', [pipe]);
  const { summary } = await loadKubeconfig({ env: { KUBECONFIG: `${pipe}:${folder}` }, home: folder });
  assert.equal(summary.problems.length, 2);
  for (const problem of summary.problems) assert.match(problem, /is not a regular file|EISDIR/);
});

test('a linked kubeconfig is read, its paths are relative to the link', async () => {
  const own = path.join(folder, 'linked');
  await mkdir(own);
  const target = path.join(folder, 'target');
  await writeFile(
    target,
    'clusters: [{name: a, cluster: {server: "https://a", certificate-authority: ca.crt}}]\nusers: [{name: a}]\ncontexts: [{name: a, context: {cluster: a, user: a}}]',
  );
  await symlink(target, path.join(own, 'config'));
  const { context } = await loadKubeconfig({ setting: path.join(own, 'config'), env: {}, home: folder });
  assert.equal(context('a')?.cluster.certificateAuthority, path.join(own, 'ca.crt'));
});

test('what is missing is told where somebody asked for it', async () => {
  const nowhere = path.join(folder, 'nowhere');
  const nothing = await loadKubeconfig({ env: {}, home: nowhere });
  assert.deepEqual(nothing.summary, { files: [], contexts: [], problems: [] });
  const setting = await loadKubeconfig({ setting: nowhere, env: {}, home: nowhere });
  assert.match(setting.summary.problems[0] ?? '', /of the settings does not exist/);
  const variable = await loadKubeconfig({ env: { KUBECONFIG: nowhere }, home: nowhere });
  assert.match(variable.summary.problems[0] ?? '', /KUBECONFIG/);
});

const user = (text: string): string => `
clusters: [{name: c, cluster: {server: "https://c.example"}}]
users: [{name: u, user: ${text}}]
contexts: [{name: x, context: {cluster: c, user: u}}]`;
const cluster = (text: string): string => `
clusters: [{name: c, cluster: ${text}}]
users: [{name: u}]
contexts: [{name: x, context: {cluster: c, user: u}}]`;

const unusable: readonly (readonly [string, string, RegExp])[] = [
  ['no cluster named', 'contexts: [{name: x, context: {user: u}}]', /names no cluster/],
  [
    'unknown cluster',
    'users: [{name: u}]\ncontexts: [{name: x, context: {user: u, cluster: c}}]',
    /the cluster “c”, which no/,
  ],
  ['no user named', 'clusters: [{name: c}]\ncontexts: [{name: x, context: {cluster: c}}]', /names no user/],
  [
    'unknown user',
    'clusters: [{name: c}]\ncontexts: [{name: x, context: {user: u, cluster: c}}]',
    /the user “u”, which no/,
  ],
  ['no server', cluster('{}'), /has no server/],
  ['odd server', cluster('{server: "ldap://x"}'), /no address of the form/],
  ['odd proxy', cluster('{server: "https://x", proxy-url: "ftp://canary@p"}'), /proxy-url/],
  [
    'insecure with authority',
    cluster('{server: "https://x", insecure-skip-tls-verify: true, certificate-authority: a}'),
    /contradict/,
  ],
  ['certificate without key', user('{client-certificate: a}'), /without a key/],
  ['token and password', user('{token: canary, username: a, password: canary}'), /a token and a password/],
  ['groups without user', user('{token: canary, as-groups: [a]}'), /Add “as:”/],
  [
    'exec without command',
    user('{exec: {apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never}}'),
    /without a command/,
  ],
  [
    'exec of an old version',
    user('{exec: {apiVersion: client.authentication.k8s.io/v1alpha1, command: a}}'),
    /not spoken any more/,
  ],
  [
    'exec v1 without mode',
    user('{exec: {apiVersion: client.authentication.k8s.io/v1, command: a}}'),
    /interactiveMode/,
  ],
  ['gcp', user('{auth-provider: {name: gcp, config: {access-token: canary}}}'), /gke-gcloud-auth-plugin/],
  ['azure', user('{auth-provider: {name: azure}}'), /kubelogin convert-kubeconfig/],
  [
    'odd namespace',
    'clusters: [{name: c, cluster: {server: "https://x"}}]\nusers: [{name: u}]\ncontexts: [{name: x, context: {user: u, cluster: c, namespace: A/b}}]',
    /is not a name that Kubernetes allows/,
  ],
];

for (const [name, text, problem] of unusable) {
  test(`a context that cannot be used says why: ${name}`, async () => {
    const { summary, context } = await load(text);
    assert.deepEqual(summary.problems, []);
    assert.match(summary.contexts[0]?.problem ?? '', problem);
    assert.doesNotMatch(summary.contexts[0]?.problem ?? '', /canary/);
    assert.equal(context('x'), undefined);
  });
}

const methods: readonly (readonly [string, string])[] = [
  ['{}', 'none'],
  ['{token: t}', 'token'],
  ['{token: t, tokenFile: f}', 'token-file'],
  ['{username: a, password: b}', 'basic'],
  ['{client-certificate: a, client-key: b}', 'certificate'],
  ['{client-certificate: a, client-key: b, token: t}', 'token'],
  ['{exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: a}}', 'exec'],
  ['{token: t, exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: a}}', 'token'],
  ['{auth-provider: {name: oidc}}', 'oidc'],
];

for (const [text, method] of methods) {
  test(`a user ${text} proves itself by ${method}`, async () => {
    const { summary } = await load(user(text));
    assert.equal(summary.contexts[0]?.problem, undefined);
    assert.equal(summary.contexts[0]?.authentication, method);
    assert.equal(summary.contexts[0]?.needsConsent, method === 'exec');
  });
}

test('only commands with a separator are relative to their file', async () => {
  const { context, folder: own } = await load(
    user('{exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: bin/login}}'),
  );
  assert.equal(context('x')?.user.exec?.command, path.join(own, 'bin/login'));
  const plain = await load(user('{exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: login}}'));
  assert.equal(plain.context('x')?.user.exec?.command, 'login');
});
