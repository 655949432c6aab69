/** The same files read by kubectl and by us. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import type { KubeconfigEntries } from '../../../src/engine/discovery/kubernetes/kubeconfig/kubeconfig-entries.ts';
import { loadKubeconfig } from '../../../src/engine/discovery/kubernetes/kubeconfig/load-kubeconfig.ts';
import { fieldOf, listOf, recordOf, stringOf, textsOf } from '../../../src/shared/untrusted.ts';

const kubectl = path.join(
  process.env['MESHLENS_CLUSTER_BIN'] ?? path.join(homedir(), '.cache/meshlens-cluster/bin'),
  'kubectl',
);
const skip = existsSync(kubectl) ? false : 'no kubectl built to compare with';
const folder = await mkdtemp(path.join(tmpdir(), 'meshlens-merge-'));
after(() => rm(folder, { recursive: true, force: true }));

const text = (value: unknown): string => stringOf(value) ?? '';
const data = (text: string): string => Buffer.from(text).toString('base64');

/** A plain form of a merged kubeconfig that both sides can be brought into. */
function plainOfOurs(entries: KubeconfigEntries): unknown {
  return {
    current: entries.currentContext,
    clusters: [...entries.clusters.values()].map((cluster) => ({
      name: cluster.name,
      server: cluster.server,
      serverName: cluster.tlsServerName,
      insecure: cluster.insecureSkipTlsVerify,
      ca: cluster.certificateAuthority,
      caData: cluster.certificateAuthorityData,
      proxy: cluster.proxyUrl,
      plain: cluster.disableCompression,
    })),
    users: [...entries.users.values()].map((user) => ({
      name: user.name,
      cert: user.clientCertificate,
      certData: user.clientCertificateData,
      key: user.clientKey,
      keyData: user.clientKeyData,
      token: user.token,
      tokenFile: user.tokenFile,
      username: user.username,
      password: user.password,
      as: user.impersonate,
      uid: user.impersonateUid,
      groups: user.impersonateGroups,
      extra: [...user.impersonateExtra].sort(),
      provider: user.authProvider && [user.authProvider.name, [...user.authProvider.config].sort()],
      exec: user.exec && [
        user.exec.command,
        user.exec.args,
        user.exec.env,
        user.exec.apiVersion,
        user.exec.installHint,
        user.exec.provideClusterInfo,
        user.exec.interactiveMode,
      ],
    })),
    contexts: [...entries.contexts.values()],
  };
}

/** `config view` shows references as they are written; `own` is the folder of the files. */
function plainOfKubectl(json: unknown, own: string): unknown {
  const place = (value: unknown): string => (text(value) === '' ? '' : path.resolve(own, text(value)));
  const command = (value: unknown): string => (text(value).includes('/') ? place(value) : text(value));
  const named = (key: string, inner: string): { name: string; of: (field: string) => unknown }[] =>
    listOf(fieldOf(json, key)).map((item) => ({
      name: stringOf(fieldOf(item, 'name')) ?? '',
      of: (field) => fieldOf(fieldOf(item, inner), field),
    }));
  return {
    current: text(fieldOf(json, 'current-context')),
    clusters: named('clusters', 'cluster').map(({ name, of }) => ({
      name,
      server: text(of('server')),
      serverName: text(of('tls-server-name')),
      insecure: of('insecure-skip-tls-verify') === true,
      ca: place(of('certificate-authority')),
      caData: text(of('certificate-authority-data')),
      proxy: text(of('proxy-url')),
      plain: of('disable-compression') === true,
    })),
    users: named('users', 'user').map(({ name, of }) => {
      const exec = recordOf(of('exec'));
      const provider = recordOf(of('auth-provider'));
      return {
        name,
        cert: place(of('client-certificate')),
        certData: text(of('client-certificate-data')),
        key: place(of('client-key')),
        keyData: text(of('client-key-data')),
        token: text(of('token')),
        tokenFile: place(of('tokenFile')),
        username: text(of('username')),
        password: text(of('password')),
        as: text(of('as')),
        uid: text(of('as-uid')),
        groups: listOf(of('as-groups')),
        extra: Object.entries(recordOf(of('as-user-extra')) ?? {}).sort(),
        provider: provider && [text(provider['name']), Object.entries(textsOf(provider['config'])).sort()],
        exec: exec && [
          command(exec['command']),
          listOf(exec['args']),
          listOf(exec['env']),
          text(exec['apiVersion']),
          text(exec['installHint']),
          exec['provideClusterInfo'] === true,
          text(exec['interactiveMode']),
        ],
      };
    }),
    contexts: named('contexts', 'context').map(({ name, of }) => ({
      name,
      cluster: text(of('cluster')),
      user: text(of('user')),
      namespace: text(of('namespace')),
    })),
  };
}

const whole = `
apiVersion: v1
kind: Config
preferences: {colors: true}
unknown-field: {deep: [1, 2]}
current-context: beta
clusters:
- name: zulu
  cluster: {server: "https://zulu.example:6443", certificate-authority: pki/ca.crt, tls-server-name: api.zulu}
- name: alpha
  cluster:
    server: https://alpha.example/base
    certificate-authority-data: ${data('an authority')}
    certificate-authority: also/a/file
    proxy-url: socks5://proxy.example:1080
    disable-compression: true
    insecure-skip-tls-verify: false
    future-field: x
    extensions: [{name: client.authentication.k8s.io/exec, extension: {audience: a}}]
users:
- name: everything
  user:
    client-certificate: ../up/tls.crt
    client-certificate-data: ${data('a certificate')}
    client-key: /absolute/tls.key
    client-key-data: ${data('a key')}
    token: "a token"
    tokenFile: token
    as: someone
    as-uid: "7"
    as-groups: [one, two]
    as-user-extra: {scopes: [a, b]}
    username: ana
    password: "0123"
- name: plugin
  user:
    exec:
      apiVersion: client.authentication.k8s.io/v1beta1
      command: bin/login
      args: [a, "b c"]
      env: [{name: A, value: b}]
      installHint: Install it.
      provideClusterInfo: true
- name: looked-up
  user: {exec: {apiVersion: client.authentication.k8s.io/v1, command: login, interactiveMode: Never}}
- name: oidc
  user: {auth-provider: {name: oidc, config: {client-id: a, idp-issuer-url: "https://i"}}}
contexts:
- {name: beta, context: {cluster: zulu, user: plugin, namespace: shop}}
- {name: Alpha, context: {cluster: alpha, user: everything}}
- {name: dangling, context: {cluster: nowhere, user: nobody}}
`;
const repeated = `
current-context: gamma
clusters:
- {name: zulu, cluster: {server: "https://other.example", proxy-url: "http://only-here"}}
- {name: gamma, cluster: {server: "https://gamma.example", certificate-authority: ca.crt}}
users:
- {name: plugin, user: {token: other, username: only-here}}
contexts:
- {name: beta, context: {cluster: gamma, user: plugin}}
- {name: gamma, context: {cluster: gamma, user: oidc}}
`;
const json = JSON.stringify({
  kind: 'Config',
  apiVersion: 'v1',
  clusters: [{ name: 'json', cluster: { server: 'https://json.example' } }],
  contexts: null,
  users: [],
});
const aliases = `
base: &base {server: "https://shared.example", insecure-skip-tls-verify: true}
clusters:
- {name: one, cluster: *base}
- {name: two, cluster: {<<: *base, server: "https://own.example"}}
- {name: yaml11, cluster: {server: "https://y", insecure-skip-tls-verify: yes}}
`;

/** Files in order; undefined is one that is missing. */
const cases: Readonly<Record<string, readonly (string | undefined)[]>> = {
  'one file with every field': [whole],
  'names that several files have': [whole, repeated],
  'the other order': [repeated, whole],
  'missing and empty files in between': [undefined, '', repeated, undefined, whole],
  'empty lists and nulls': ['clusters: []\nusers: null\ncontexts:\ncurrent-context: ""', json],
  'current context of a later file': [json, whole],
  'JSON, aliases, merge keys, the truth of YAML 1.1': [json, aliases],
  'entries that are null': ['clusters: [{name: a, cluster: null}]\nusers: [{name: b}]\ncontexts: [{name: c}]'],
  'keys given twice': ['current-context: a\ncurrent-context: b\ncontexts: [{name: b}]'],
  'a document that is null': ['~', '---\n---\n'.slice(0, 4)],
  'a string where a list of bytes is broken over lines': [
    `clusters:\n- name: a\n  cluster:\n    certificate-authority-data: |\n      ${data('an authority').slice(0, 8)}\n      ${data('an authority').slice(8)}\n`,
  ],
};

for (const [name, texts] of Object.entries(cases)) {
  test(`the kubeconfig is what kubectl sees: ${name}`, { skip }, async () => {
    const { ours, theirs } = await readByBoth(name, texts);
    assert.deepEqual(ours.problems, []);
    if (typeof theirs === 'string') throw new Error(`kubectl refuses: ${theirs}`);
    assert.deepEqual(ours.plain, plainOfKubectl(theirs.json, ours.folder));
  });
}

const refused: Readonly<Record<string, string>> = {
  'broken YAML': 'clusters: [',
  'a list': '- a',
  'a text': 'hello',
  'another kind': 'apiVersion: v1\nkind: Pod',
  'another version': 'apiVersion: v2\nkind: Config',
  'a number as token': 'users: [{name: a, user: {token: 1}}]',
  'a text as flag': 'clusters: [{name: a, cluster: {insecure-skip-tls-verify: "maybe"}}]',
  'broken base64': 'users: [{name: a, user: {client-key-data: "a"}}]',
  'a mapping as list': 'clusters: {}',
  'a name twice in one file': 'users: [{name: a}, {name: a}]',
};

for (const [name, text] of Object.entries(refused)) {
  test(`what kubectl refuses is a problem here: ${name}`, { skip }, async () => {
    const { ours, theirs } = await readByBoth(name, [text, whole]);
    assert.equal(typeof theirs, 'string', 'kubectl reads it');
    assert.equal(ours.problems.length, 1);
    // kubectl stops altogether; an editor goes on with what it has.
    assert.equal(ours.contexts, 3);
  });
}

test('relative references lead to the files that kubectl reads', { skip }, async () => {
  const own = path.join(folder, 'flatten');
  const kubeconfigs = ['first', 'second'].map((name) => path.join(own, name, 'config'));
  for (const file of kubeconfigs) {
    const name = path.basename(path.dirname(file));
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(path.join(path.dirname(file), 'ca.crt'), `authority of ${name}`);
    const entry = `{name: ${name}, cluster: {server: "https://x", certificate-authority: ./ca.crt}}`;
    await writeFile(file, `clusters: [${entry}]`);
  }
  const env = { KUBECONFIG: kubeconfigs.join(path.delimiter), HOME: own, PATH: process.env['PATH'] };
  const flat = await new Promise<unknown>((resolve, reject) => {
    execFile(kubectl, ['config', 'view', '--raw', '--flatten', '-o', 'json'], { env }, (error, stdout) => {
      if (error) reject(new Error(error.message));
      else resolve(JSON.parse(stdout));
    });
  });
  const theirs = listOf(fieldOf(flat, 'clusters')).map((item) =>
    fieldOf(fieldOf(item, 'cluster'), 'certificate-authority-data'),
  );
  const { entries } = await loadKubeconfig({ env, home: own });
  const ours = [...entries.clusters.values()].map(({ certificateAuthority }) =>
    readFileSync(certificateAuthority).toString('base64'),
  );
  assert.deepEqual(ours, theirs);
});

async function readByBoth(
  name: string,
  texts: readonly (string | undefined)[],
): Promise<{
  ours: { plain: unknown; problems: readonly string[]; contexts: number; folder: string };
  theirs: { json: unknown } | string;
}> {
  const own = path.join(folder, name.replace(/\W/g, '-'));
  await mkdir(own);
  const files = texts.map((_, index) => path.join(own, String(index)));
  for (const [index, text] of texts.entries()) {
    if (text !== undefined) await writeFile(path.join(own, String(index)), text);
  }
  const env = { KUBECONFIG: files.join(path.delimiter), HOME: own, PATH: process.env['PATH'] };
  const theirs = await new Promise<{ json: unknown } | string>((resolve) => {
    execFile(kubectl, ['config', 'view', '--raw', '-o', 'json'], { env, cwd: folder }, (error, stdout, stderr) =>
      resolve(error ? stderr : { json: JSON.parse(stdout) }),
    );
  });
  const kubeconfig = await loadKubeconfig({ env, home: own, cwd: folder });
  return {
    ours: {
      plain: plainOfOurs(kubeconfig.entries),
      problems: kubeconfig.summary.problems,
      contexts: kubeconfig.summary.contexts.length,
      folder: own,
    },
    theirs,
  };
}
