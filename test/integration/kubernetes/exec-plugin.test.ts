/** Credentials that a program gives. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chmod, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { TLSSocket } from 'node:tls';
import { ConsentMissing } from '../../../src/engine/discovery/kubernetes/auth/exec-source.ts';
import type { TransportOptions } from '../../../src/engine/discovery/kubernetes/transport/create-transport.ts';
import { KubeFailure } from '../../../src/engine/discovery/kubernetes/transport/kube-transport.ts';
import { isRunning } from '../registry/process-probe.ts';
import { until } from '../until.ts';
import { canary, fails } from './access-failures.ts';
import { base64, temporaryFolder, transportOf } from './access-context.ts';
import { startAccessServer } from './access-server.ts';
import { authority, certificate, trusting } from './secure-server.ts';
import { statusOf, TestClock, tokenServer } from './token-server.ts';

const v1 = 'client.authentication.k8s.io/v1';

/** The credentials could not be had; the words say why and hold no secret. */
const refused = (promise: Promise<unknown>, words: RegExp): Promise<KubeFailure> =>
  fails(promise, 'credentials', words);

interface Plugin {
  readonly folder: string;
  /** The `exec` part of a user. */
  readonly exec: Record<string, unknown>;
  /** What the plugin prints from now on, and how it ends. */
  says(status: unknown, version?: string): Promise<void>;
  prints(text: string): Promise<void>;
  /** How often it was run. */
  runs(): Promise<number>;
}

/** A plugin that notes its runs and prints a file, or what `body` does instead. */
async function plugin(t: TestContext, over: Record<string, unknown> = {}, body = 'cat "$DIR/answer"'): Promise<Plugin> {
  const folder = await temporaryFolder(t);
  const command = path.join(folder, 'login');
  await writeFile(command, `#!/bin/sh\nDIR=$(dirname "$0")\necho run >>"$DIR/runs"\n${body}\n`);
  await chmod(command, 0o755);
  const prints = async (text: string): Promise<void> => {
    await writeFile(path.join(folder, 'answer.new'), text);
    await rename(path.join(folder, 'answer.new'), path.join(folder, 'answer'));
  };
  return {
    folder,
    exec: { apiVersion: v1, command, interactiveMode: 'Never', ...over },
    prints,
    says: (status, version = v1) => prints(JSON.stringify({ apiVersion: version, kind: 'ExecCredential', status })),
    runs: async () => (await readFile(path.join(folder, 'runs'), 'utf8').catch(() => '')).split('\n').length - 1,
  };
}

const agreed: TransportOptions = { consent: () => true };
/** Time stands still: nothing ends, and no pause is over. */
const still = (): TransportOptions => ({ ...agreed, clock: new TestClock() });
test('without consent the program is not run, and its exact command is told', async (t) => {
  const server = await tokenServer(t);
  const login = await plugin(t, { args: ['--cluster', 'prod', `--client-secret=${canary}`] });
  const command = `${String(login.exec['command'])} --cluster prod --client-secret=•••`;
  const asked: string[] = [];
  const consent = (text: string): boolean => {
    asked.push(text);
    return false;
  };
  for (const options of [{}, { consent }]) {
    const transport = await transportOf(t, trusting(server), { exec: login.exec }, options);
    const failure = await refused(transport.request({ path: '/' }), /Nobody agreed/);
    assert.ok(failure instanceof ConsentMissing);
    assert.equal(failure.command, command);
    assert.ok(failure.message.includes(command));
  }
  assert.deepEqual(asked, [command]);
  assert.deepEqual([await login.runs(), server.connections()], [0, 0]);
});

test('many requests at once have the program run once; its token serves until it ends', async (t) => {
  const server = await tokenServer(t, ['one', 'two']);
  const login = await plugin(t);
  const clock = new TestClock();
  const end = (seconds: number): string => new Date(clock.wall() + seconds * 1000).toISOString();
  await login.says({ token: 'one', expirationTimestamp: end(600) });
  const transport = await transportOf(t, trusting(server), { exec: login.exec }, { ...agreed, clock });
  const statuses = await Promise.all(Array.from({ length: 20 }, () => statusOf(transport)));
  assert.deepEqual([new Set(statuses), await login.runs()], [new Set([200]), 1]);
  await login.says({ token: 'two', expirationTimestamp: end(2000) });
  clock.pass(500);
  await statusOf(transport);
  assert.equal(await login.runs(), 1, 'there is time left');
  clock.pass(75);
  await statusOf(transport);
  assert.deepEqual([await login.runs(), server.seen.at(-1)], [2, 'Bearer two'], 'renewed a little before its end');
});

test('a token that still has time is used while its renewal fails', async (t) => {
  const server = await tokenServer(t, ['one']);
  const login = await plugin(t);
  const clock = new TestClock();
  await login.says({ token: 'one', expirationTimestamp: new Date(clock.wall() + 600_000).toISOString() });
  const transport = await transportOf(t, trusting(server), { exec: login.exec }, { ...agreed, clock });
  assert.equal(await statusOf(transport), 200);
  await login.prints('');
  clock.pass(580);
  assert.equal(await statusOf(transport), 200);
  clock.pass(30);
  await refused(statusOf(transport), /printed nothing/);
  const runs = await login.runs();
  await refused(statusOf(transport), /printed nothing/);
  assert.equal(await login.runs(), runs, 'a program that fails is left alone for a while');
  clock.pass(10);
  await login.says({ token: 'one' });
  assert.equal(await statusOf(transport), 200);
});

test('a token that the server refuses is renewed once and the request repeated', async (t) => {
  const server = await tokenServer(t, ['one']);
  const login = await plugin(t);
  await login.says({ token: 'one' });
  const transport = await transportOf(t, trusting(server), { exec: login.exec }, still());
  assert.equal(await statusOf(transport), 200);
  // The server forgets the token; whoever asks at the same time shares the renewal.
  server.valid.clear();
  server.valid.add('two');
  await login.says({ token: 'two' });
  const statuses = await Promise.all(Array.from({ length: 5 }, () => statusOf(transport)));
  assert.deepEqual([new Set(statuses), await login.runs()], [new Set([200]), 2]);
  // Nothing helps now: each request is refused once more and then told, without a storm of runs.
  server.valid.clear();
  const before = server.seen.length;
  assert.equal(await statusOf(transport), 401);
  assert.equal(await statusOf(transport), 401);
  assert.ok(server.seen.length - before <= 4);
  assert.ok((await login.runs()) <= 3);
});

test('a streamed request is repeated with new credentials, too', async (t) => {
  const server = await tokenServer(t, ['two']);
  const login = await plugin(
    t,
    {},
    'n=$(wc -l <"$DIR/runs"); sed "s/TOKEN/$([ $n -gt 1 ] && echo two || echo one)/" "$DIR/answer"',
  );
  await login.says({ token: 'TOKEN' });
  const clock = new TestClock();
  const transport = await transportOf(t, trusting(server), { exec: login.exec }, { ...agreed, clock });
  assert.equal(await statusOf(transport), 401, 'fresh from the program, and refused: asking again at once is no use');
  clock.pass(6);
  const stream = await transport.stream({ path: '/', query: { watch: true } });
  assert.equal(stream.status, 200);
  stream.body.destroy();
});

test('a program may speak v1beta1, and is told what it asks for', async (t) => {
  const server = await tokenServer(t, ['one']);
  const login = await plugin(
    t,
    {
      apiVersion: `${v1}beta1`,
      interactiveMode: undefined,
      provideClusterInfo: true,
      args: ['a b', '$HOME'],
      env: [{ name: 'OWN', value: canary }],
    },
    'printf "%s\\n" "$KUBERNETES_EXEC_INFO" >"$DIR/info"; printf "%s|" "$1" "$2" "$OWN" "$OUTER" >"$DIR/told"; cat "$DIR/answer"',
  );
  await login.says({ token: 'one' }, `${v1}beta1`);
  const env = { PATH: process.env['PATH'], OUTER: 'from outside', OWN: 'hidden by the kubeconfig' };
  const transport = await transportOf(t, trusting(server), { exec: login.exec }, { ...agreed, env });
  assert.equal(await statusOf(transport), 200);
  assert.equal(await readFile(path.join(login.folder, 'told'), 'utf8'), `a b|$HOME|${canary}|from outside|`);
  assert.deepEqual(JSON.parse(await readFile(path.join(login.folder, 'info'), 'utf8')), {
    kind: 'ExecCredential',
    apiVersion: `${v1}beta1`,
    spec: {
      interactive: false,
      cluster: { server: server.url, 'certificate-authority-data': base64(authority.pem) },
    },
  });
});

test('a program may give a certificate; a new one takes new connections', async (t) => {
  const names: string[] = [];
  const server = await startAccessServer(
    ({ socket }, response) => {
      const name = socket instanceof TLSSocket ? String(socket.getPeerCertificate().subject.CN) : '';
      names.push(name);
      response.writeHead(name === 'stale' ? 401 : 200).end();
    },
    { ...certificate, ca: authority.pem, requestCert: true, rejectUnauthorized: false },
  );
  t.after(() => server.close());
  const login = await plugin(t);
  const clock = new TestClock();
  const give = async (commonName: string): Promise<void> => {
    const { cert, key } = await authority.issue({ commonName });
    await login.says({
      clientCertificateData: cert,
      clientKeyData: key,
      expirationTimestamp: new Date(clock.wall() + 600_000).toISOString(),
    });
  };
  await give('first');
  const transport = await transportOf(t, trusting(server), { exec: login.exec }, { ...agreed, clock });
  await statusOf(transport);
  await statusOf(transport);
  await give('second');
  clock.pass(590);
  await statusOf(transport);
  assert.deepEqual([names, server.handshakes()], [['first', 'first', 'second'], 2]);
  await until('the old connection to be closed', () => server.open() === 1);
});

const failing: readonly {
  readonly name: string;
  readonly body: string;
  readonly over?: Record<string, unknown>;
  readonly words: RegExp;
}[] = [
  {
    name: 'ends with an error',
    body: `echo "Not signed in: run acme login. token=${canary} $OWN" >&2; echo ${canary}; exit 3`,
    over: { env: [{ name: 'OWN', value: canary }] },
    words: /ended with code 3\. Run it in a terminal.*It said: Not signed in: run acme login\. token=••• •••$/,
  },
  { name: 'is killed', body: 'kill -9 $$', words: /ended with a signal/ },
  { name: 'prints rubbish', body: `echo "${canary} {"`, words: /did not print JSON/ },
  { name: 'prints nothing', body: 'exit 0', words: /printed nothing/ },
  {
    name: 'prints without end',
    body: `while :; do echo ${canary}${'x'.repeat(1000)}; done`,
    words: /more than any credential takes/,
  },
  {
    name: 'is of another version',
    body: `echo '{"kind":"ExecCredential","apiVersion":"${v1}beta1","status":{"token":"${canary}"}}'`,
    words: /another apiVersion/,
  },
  {
    name: 'wants a terminal',
    body: 'exit 0',
    over: { interactiveMode: 'Always' },
    words: /wants a terminal \(interactiveMode: Always\)/,
  },
  {
    name: 'is not there',
    body: '',
    over: { command: 'meshlens-test-no-such-login', installHint: 'Install it with\nbrew install acme.' },
    words: /“meshlens-test-no-such-login” is not installed or not in the PATH\. Install it with brew install acme\./,
  },
  { name: 'may not be run', body: '', over: { command: '/etc' }, words: /may not be run by this user/ },
  {
    name: 'has a zero byte in an argument',
    body: '',
    over: { args: ['a\u0000b'] },
    words: /could not be started \(ERR_INVALID_ARG_VALUE\)/,
  },
];
for (const { name, body, over, words } of failing) {
  test(`a program that ${name} is told clearly, without what it printed`, async (t) => {
    const server = await tokenServer(t);
    const login = await plugin(t, over, body);
    const transport = await transportOf(t, trusting(server), { exec: login.exec }, agreed);
    await refused(statusOf(transport), words);
    assert.equal(server.connections(), 0);
  });
}

for (const end of ['time', 'dispose'] as const) {
  test(`a program that hangs is ended with all it started, by ${end}`, async (t) => {
    const server = await tokenServer(t);
    // Neither it nor its child listens to the first signal.
    const login = await plugin(
      t,
      {},
      `trap '' TERM\n(trap '' TERM; while :; do sleep 0.1; done) & echo $! >"$DIR/child"; echo $$ >"$DIR/self"\nwhile :; do sleep 0.1; done`,
    );
    const options = { ...agreed, pluginTimeoutMs: end === 'time' ? 3000 : 60_000 };
    const transport = await transportOf(t, trusting(server), { exec: login.exec }, options);
    const asked = statusOf(transport).catch((error: unknown) => error as KubeFailure);
    const pids = await until('the program to run', async () => {
      const texts = await Promise.all(['self', 'child'].map((file) => readFile(path.join(login.folder, file), 'utf8')));
      const numbers = texts.map(Number);
      return numbers.every((pid) => pid > 0) && numbers;
    });
    if (end === 'dispose') transport.dispose();
    const failure = await asked;
    assert.ok(failure instanceof KubeFailure);
    if (end === 'time') assert.match(failure.message, /did not answer within 3 s and was ended/);
    else assert.equal(failure.reason, 'aborted');
    await until('both to be gone', () => !pids.some(isRunning));
  });
}

test('a caller who gives up does not end the sign-in of the others', async (t) => {
  const server = await tokenServer(t, ['one']);
  const login = await plugin(
    t,
    {},
    'while [ -e "$DIR" ] && [ ! -e "$DIR/go" ]; do sleep 0.02; done; cat "$DIR/answer"',
  );
  await login.says({ token: 'one' });
  const transport = await transportOf(t, trusting(server), { exec: login.exec }, agreed);
  const caller = new AbortController();
  const impatient = transport.request({ path: '/', signal: caller.signal }).catch((error: unknown) => error);
  const patient = statusOf(transport);
  await until('the program to run', async () => (await login.runs()) === 1);
  caller.abort();
  const failure = await impatient;
  assert.ok(failure instanceof KubeFailure && failure.reason === 'aborted');
  await writeFile(path.join(login.folder, 'go'), '');
  assert.deepEqual([await patient, await login.runs()], [200, 1]);
});

test('a daemon that a program leaves behind does not hold its answer back', async (t) => {
  const server = await tokenServer(t, ['one']);
  const login = await plugin(
    t,
    {},
    // The folder goes with the test, also with one that fails.
    'cat "$DIR/answer"; (while [ -e "$DIR" ] && [ ! -e "$DIR/stop" ]; do sleep 0.05; done) & echo $! >"$DIR/daemon"',
  );
  await login.says({ token: 'one' });
  const transport = await transportOf(
    t,
    trusting(server),
    { exec: login.exec },
    { ...agreed, pluginTimeoutMs: 120_000 },
  );
  const start = performance.now();
  assert.equal(await statusOf(transport), 200);
  assert.ok(performance.now() - start < 60_000);
  const daemon = Number(await readFile(path.join(login.folder, 'daemon'), 'utf8'));
  await writeFile(path.join(login.folder, 'stop'), '');
  await until('the daemon to be gone', () => !isRunning(daemon));
});

test('a program that ignores being asked to end does not outlive the process that ran it', async (t) => {
  const login = await plugin(t, {}, `trap '' TERM\necho $$ >"$DIR/self"\nwhile :; do sleep 0.1; done`);
  const child = spawn(process.execPath, [
    '--input-type=module',
    '--eval',
    `import { runPlugin } from ${JSON.stringify(new URL('../../../src/engine/discovery/kubernetes/auth/plugin-process.ts', import.meta.url).href)};
     const ending = new AbortController();
     process.stdin.once('data', () => { ending.abort(); process.exit(0); });
     void runPlugin(JSON.parse(process.argv[1]), ending.signal);`,
    JSON.stringify({ command: login.exec['command'], args: [], env: process.env, timeoutMs: 60_000, maxBytes: 1000 }),
  ]);
  const self = await until(
    'the program to run',
    async () => Number(await readFile(path.join(login.folder, 'self'), 'utf8').catch(() => '')) || undefined,
  );
  t.after(() => {
    child.kill('SIGKILL');
    if (isRunning(self)) process.kill(self, 'SIGKILL');
  });
  child.stdin.write('end');
  await until('it to be gone', () => !isRunning(self));
});
