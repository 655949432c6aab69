import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { after, afterEach, test } from 'node:test';
import { isRunning } from './process-probe.ts';
import { until } from '../until.ts';
import { clientWorkload, echoWorkload, SupervisedMesh } from './supervised-mesh.ts';

const open: SupervisedMesh[] = [];
const folder = mkdtempSync(path.join(os.tmpdir(), 'supervisor-test-'));

function mesh(options: ConstructorParameters<typeof SupervisedMesh>[0] = {}): SupervisedMesh {
  const created = new SupervisedMesh(options);
  open.push(created);
  return created;
}

function script(name: string, text: string): string {
  const file = path.join(folder, name);
  writeFileSync(file, text);
  return `node ${file}`;
}

async function get(port: number | undefined, pathname = '/'): Promise<Response> {
  return await fetch(`http://127.0.0.1:${port ?? 0}${pathname}`);
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((created) => created.close()));
});
after(() => rmSync(folder, { recursive: true, force: true }));

test('starts a service after what it depends on is ready', async () => {
  const started = mesh();
  await started.run([
    echoWorkload('front', { dependsOn: ['back'] }),
    echoWorkload('back', { env: { START_DELAY: '200' } }),
  ]);
  await started.inState('front-0', 'ready');
  const order = started.changes.map(({ name, state, reason }) => `${name} ${state} ${reason}`.trim());
  assert.ok(order.indexOf('back-0 ready') < order.lastIndexOf('front-0 starting'), order.join('; '));
  assert.ok(order.includes('front-0 starting waits for back'));
});

test('a dependency that does not become ready holds nobody up for ever', async () => {
  const started = mesh({ timing: { dependencyMs: 300 } });
  await started.run([
    echoWorkload('front', { dependsOn: ['back'] }),
    echoWorkload('back', { command: 'node missing.mjs', restart: 'never' }),
  ]);
  await started.inState('front-0', 'ready');
  assert.equal(started.status('back-0').state, 'down');
});

test('what is held back stays stopped, and nobody waits for it', async () => {
  const started = mesh({ timing: { dependencyMs: 60_000 } });
  const workloads = [
    echoWorkload('front', { dependsOn: ['middle', 'back'] }),
    echoWorkload('middle', { env: { START_DELAY: '200' } }),
    echoWorkload('back'),
  ];
  await started.supervisor.update(workloads, false);
  started.supervisor.startAll(new Set(['back-0']));
  await started.inState('front-0', 'ready');
  const order = started.changes.map(({ name, state, reason }) => `${name} ${state} ${reason}`.trim());
  assert.ok(order.includes('front-0 starting waits for middle'), order.join('; '));
  assert.equal(started.status('back-0').state, 'stopped');
  started.supervisor.start('back');
  await started.inState('back-0', 'ready');
});

test('is ready only when the health check passes', async () => {
  const started = mesh();
  await started.run([echoWorkload('slow', { env: { START_DELAY: '250' } })]);
  const { ports } = await started.inState('slow-0', 'ready');
  assert.equal((await get(ports.http)).status, 200);
});

test('hands over its port and what the mesh knows', async () => {
  const started = mesh({ environmentOf: ({ name }) => Promise.resolve({ HTTP_PROXY: `http://proxy-of-${name}` }) });
  const command = script(
    'environment.mjs',
    `import http from 'node:http';
     const names = ['PORT', 'PORT_HTTP', 'HTTP_PROXY', 'MESHLENS_INSTANCE', 'MESHLENS_WORKLOAD', 'MESHLENS_NAMESPACE',
       'MESHLENS_VERSION', 'LOG_LEVEL', 'VSCODE_PID'];
     http.createServer((_, response) => response.end(JSON.stringify(names.map((name) => process.env[name] ?? null))))
       .listen(Number(process.env.PORT), '127.0.0.1');`,
  );
  process.env.VSCODE_PID = '1';
  try {
    await started.run([echoWorkload('teller', { command, env: { LOG_LEVEL: 'debug' } })]);
    const { ports } = await started.inState('teller-0', 'ready');
    const port = String(ports.http);
    const expected = [port, port, 'http://proxy-of-teller-0', 'teller-0', 'teller', 'test', 'v1', 'debug', null];
    assert.deepEqual(await (await get(ports.http)).json(), expected);
  } finally {
    delete process.env.VSCODE_PID;
  }
});

test('tells a killed process at once, starts it again on the same port', async () => {
  const started = mesh();
  await started.run([echoWorkload('victim')]);
  const before = await started.inState('victim-0', 'ready');
  const delays: number[] = [];
  // A machine that is busy with other things may be late once, but not every time.
  for (let turn = 0; turn < 5 && !delays.some((delay) => delay < 50); turn++) {
    await started.inState('victim-0', 'ready');
    started.changes.length = 0;
    const killed = performance.now();
    process.kill(started.pid('victim-0'), 'SIGKILL');
    const down = await until('it is seen', () => started.changes.find(({ state }) => state === 'down'));
    assert.equal(down.reason, 'killed by SIGKILL');
    delays.push(down.at - killed);
  }
  assert.ok(Math.min(...delays) < 50, `seen after ${delays.map((delay) => delay.toFixed(0)).join(', ')} ms`);
  const again = await started.inState('victim-0', 'ready');
  assert.equal(again.ports.http, before.ports.http);
  assert.notEqual(again.pid, before.pid);
  assert.equal(again.restarts, delays.length);
  assert.equal((await get(again.ports.http)).status, 200);
});

test('a port lost in a race is replaced at once', async () => {
  const started = mesh({ timing: { backoffMs: 60_000 } });
  const flag = path.join(folder, 'raced');
  const command = script(
    'raced.mjs',
    `import { existsSync, writeFileSync } from 'node:fs';
     import http from 'node:http';
     if (!existsSync(${JSON.stringify(flag)})) {
       writeFileSync(${JSON.stringify(flag)}, process.env.PORT);
       throw new Error('listen EADDRINUSE: address already in use');
     }
     http.createServer((_, response) => response.end()).listen(Number(process.env.PORT), '127.0.0.1');`,
  );
  await started.run([echoWorkload('racer', { command })]);
  const { ports } = await started.inState('racer-0', 'ready');
  assert.notEqual(String(ports.http), readFileSync(flag, 'utf8'));
});

test('tells why a process crashed, and waits longer each time', async () => {
  const started = mesh({ timing: { backoffMs: 100, backoffMaxMs: 400 } });
  await started.run([clientWorkload('crasher', { command: script('crash.mjs', "throw new Error('no database')") })]);
  const downs = await until('four crashes', () => {
    const found = started.changes.filter(({ state }) => state === 'down');
    return found.length >= 4 && found;
  });
  assert.equal(downs[0]?.reason, 'exited with code 1: Error: no database');
  const pauses = started.lines.map(({ text }) => /starts again in (\S+) s/.exec(text)?.[1]).filter(Boolean);
  assert.deepEqual(pauses.slice(0, 4), ['0.1', '0.2', '0.4', '0.4']);
});

test('restart: never and on-failure', async () => {
  const started = mesh();
  const ends = script('ends.mjs', 'process.exitCode = Number(process.env.CODE);');
  await started.run([
    clientWorkload('never', { command: ends, env: { CODE: '1' }, restart: 'never' }),
    clientWorkload('done', { command: ends, env: { CODE: '0' }, restart: 'on-failure' }),
    clientWorkload('failed', { command: ends, env: { CODE: '1' }, restart: 'on-failure' }),
  ]);
  await until('the failed one is tried again', () => started.status('failed-0').restarts >= 2);
  assert.equal(started.status('never-0').restarts, 0);
  assert.equal(started.status('done-0').restarts, 0);
  assert.equal(started.status('done-0').reason, 'exited');
  assert.equal(started.supervisor.start('never'), true);
  await until(
    'it was started again by hand',
    () => started.changes.filter(({ name, state }) => name === 'never-0' && state === 'down').length === 2,
  );
});

test('a program that does not exist is told by name', async () => {
  const started = mesh();
  await started.run([clientWorkload('absent', { command: 'no-such-program --flag', restart: 'never' })]);
  const { reason } = await started.inState('absent-0', 'down');
  assert.match(reason, /^"no-such-program" was not found/);
});

test('a failing environment is a failed start, not a crash of the supervisor', async () => {
  let calls = 0;
  const environmentOf = (): Promise<Record<string, string>> => {
    calls += 1;
    return calls === 1 ? Promise.reject(new Error('no sidecar')) : Promise.resolve({});
  };
  const started = mesh({ environmentOf });
  await started.run([echoWorkload('late')]);
  await started.inState('late-0', 'ready');
  assert.equal(started.changes.find(({ state }) => state === 'down')?.reason, 'could not be prepared: no sidecar');
});

test('logs line by line, with the stream', async () => {
  const started = mesh();
  const command = script('talk.mjs', "console.log('one\\ntwo'); console.error('three'); setInterval(() => {}, 1000);");
  await started.run([clientWorkload('talker', { command })]);
  await until('all lines came', () => started.lines.filter(({ stream }) => stream !== 'mesh').length >= 3);
  const said = started.lines.filter(({ stream }) => stream !== 'mesh');
  assert.deepEqual(
    said.filter(({ stream }) => stream === 'stdout').map(({ text }) => text),
    ['one', 'two'],
  );
  assert.deepEqual(
    said.filter(({ stream }) => stream === 'stderr').map(({ text }) => text),
    ['three'],
  );
  assert.equal(said[0]?.workload, 'talker');
  assert.equal(said[0]?.instance, 'test/talker-0');
});

test('ends a process that ignores SIGTERM, and what it started', async () => {
  const started = mesh({ timing: { graceMs: 200 } });
  const stubborn = script(
    'stubborn.mjs',
    `import { spawn } from 'node:child_process';
     process.on('SIGTERM', () => {});
     const child = spawn(process.execPath, ['-e', "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000)"]);
     console.log('child ' + child.pid);
     setInterval(() => {}, 1000);`,
  );
  await started.run([clientWorkload('stubborn', { command: stubborn })]);
  const line = await until('it named its child', () => started.lines.find(({ text }) => text.startsWith('child ')));
  const child = Number(line.text.slice('child '.length));
  const parent = started.pid('stubborn-0');
  assert.ok(isRunning(child));
  await started.supervisor.stop('stubborn');
  assert.equal(isRunning(parent), false);
  assert.equal(isRunning(child), false);
  assert.equal(started.status('stubborn-0').state, 'stopped');
});

test('what a crashed process left behind is gone before the next life', async () => {
  const started = mesh();
  const command = script(
    'leaves.mjs',
    `import { spawn } from 'node:child_process';
     const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
     console.log('child ' + child.pid);
     setInterval(() => {}, 1000);`,
  );
  await started.run([clientWorkload('leaver', { command })]);
  const line = await until('it named its child', () => started.lines.find(({ text }) => text.startsWith('child ')));
  process.kill(started.pid('leaver-0'), 'SIGKILL');
  await until('it was started again', () => started.status('leaver-0').restarts === 1);
  assert.equal(isRunning(Number(line.text.slice('child '.length))), false);
});

test('commands with shell syntax go through the shell', { skip: process.platform === 'win32' }, async () => {
  const started = mesh();
  await started.run([
    clientWorkload('shell', { command: 'echo "port-${PORT:-none}" && echo second', restart: 'never' }),
  ]);
  await started.inState('shell-0', 'down');
  const said = started.lines.filter(({ stream }) => stream === 'stdout').map(({ text }) => text);
  assert.deepEqual(said, ['port-none', 'second']);
});

test('a port that somebody took meanwhile is replaced', async () => {
  const started = mesh();
  await started.run([echoWorkload('moved')]);
  const { ports } = await started.inState('moved-0', 'ready');
  await started.supervisor.stop('moved');
  const squatter = net.createServer().listen(ports.http, '127.0.0.1');
  await new Promise((resolve) => squatter.once('listening', resolve));
  try {
    started.supervisor.start('moved');
    const again = await started.inState('moved-0', 'ready');
    assert.notEqual(again.ports.http, ports.http);
    assert.equal((await get(again.ports.http)).status, 200);
  } finally {
    squatter.close();
  }
});

test('a fixed port that is taken is told, and waited for', async () => {
  const squatter = net.createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => squatter.once('listening', resolve));
  const { port } = squatter.address() as net.AddressInfo;
  const started = mesh();
  await started.run([echoWorkload('fixed', { port })]);
  const { reason } = await started.inState('fixed-0', 'down');
  assert.equal(reason, `port ${port} is taken by another program`);
  await new Promise((resolve) => squatter.close(resolve));
  const { ports } = await started.inState('fixed-0', 'ready');
  assert.equal(ports.http, port);
});

test('start, stop and restart take a service, a workload or an instance', async () => {
  const started = mesh();
  const pair = { service: 'pair', instances: 2 };
  await started.run([echoWorkload('pair-v1', pair), echoWorkload('other')]);
  await started.supervisor.whenSettled(AbortSignal.timeout(30_000));
  await started.supervisor.stop('pair-v1-0');
  assert.equal(started.status('pair-v1-0').state, 'stopped');
  assert.equal(started.status('pair-v1-1').state, 'ready');
  await started.supervisor.stop('pair');
  assert.equal(started.status('pair-v1-1').state, 'stopped');
  assert.equal(started.status('other-0').state, 'ready');
  assert.equal(started.supervisor.start('pair-v1'), true);
  await started.inState('pair-v1-0', 'ready');
  await started.inState('pair-v1-1', 'ready');
  assert.equal(started.supervisor.start('nobody'), false);
  assert.equal(await started.supervisor.stop('nobody'), false);
});

test('what was just started is awaited, also where it depends on nothing', async () => {
  const started = mesh();
  await started.run([echoWorkload('alone')]);
  await started.supervisor.whenSettled(AbortSignal.timeout(30_000));
  assert.equal(started.status('alone-0').state, 'ready');
});

test('a service with two instances stays up while it is restarted', async () => {
  const started = mesh();
  await started.run([echoWorkload('pair', { instances: 2 })]);
  await started.supervisor.whenSettled(AbortSignal.timeout(30_000));
  const before = started.supervisor.instances().map(({ pid }) => pid);
  let least = 2;
  const watch = setInterval(() => {
    least = Math.min(least, started.supervisor.instances().filter(({ state }) => state === 'ready').length);
  }, 1);
  await started.supervisor.restart('pair');
  clearInterval(watch);
  const after = started.supervisor.instances();
  assert.deepEqual(
    after.map(({ state }) => state),
    ['ready', 'ready'],
  );
  assert.ok(after.every(({ pid }) => !before.includes(pid)));
  assert.equal(least, 1);
});

test('is told before an instance is stopped, not when it dies', async () => {
  const told: string[] = [];
  const started = mesh({
    beforeStop: ({ name, pid }) => {
      told.push(`${name} ${pid !== undefined && isRunning(pid) ? 'runs' : 'is gone'}`);
      return Promise.resolve();
    },
  });
  await started.run([echoWorkload('one')]);
  await started.inState('one-0', 'ready');
  process.kill(started.pid('one-0'), 'SIGKILL');
  await started.inState('one-0', 'down');
  await started.inState('one-0', 'ready');
  assert.deepEqual(told, []);
  await started.supervisor.stop('one');
  assert.deepEqual(told, ['one-0 runs']);
});

test('a changed file touches only what it changed', async () => {
  const started = mesh();
  await started.run([echoWorkload('same'), echoWorkload('changed'), echoWorkload('removed')]);
  await started.supervisor.whenSettled(AbortSignal.timeout(30_000));
  const same = started.pid('same-0');
  const removed = started.pid('removed-0');
  const next = [
    echoWorkload('same', { instances: 2, path: ['elsewhere'] }),
    echoWorkload('changed', { env: { STATUS: '201' } }),
    echoWorkload('added'),
  ];
  await started.supervisor.update(next, true);
  for (const name of ['same-0', 'same-1', 'changed-0', 'added-0']) await started.inState(name, 'ready');
  assert.equal(started.pid('same-0'), same);
  assert.equal(isRunning(removed), false);
  assert.equal((await get(started.status('changed-0').ports.http)).status, 201);
  assert.deepEqual(
    started.supervisor.instances().map(({ name }) => name),
    ['same-0', 'same-1', 'changed-0', 'added-0'],
  );
});

test('stopping everything leaves nothing, also in the middle of a start', async () => {
  const started = mesh();
  await started.run([
    echoWorkload('a', { instances: 3, env: { START_DELAY: '300' } }),
    echoWorkload('b', { dependsOn: ['a'] }),
  ]);
  const pids = await until('three processes', () => {
    const found = started.supervisor.instances().flatMap(({ pid }) => (pid === undefined ? [] : [pid]));
    return found.length === 3 && found;
  });
  await started.supervisor.stopAll();
  assert.deepEqual(pids.filter(isRunning), []);
  assert.ok(started.supervisor.instances().every(({ state }) => state === 'stopped'));
  assert.ok(!started.changes.some(({ name, state }) => name === 'b-0' && state === 'ready'));
});
