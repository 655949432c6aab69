import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exitReason, isPortCollision, spawnFailure } from '../../../../src/engine/discovery/registry/exit-reason.ts';

test('says why a process ended', () => {
  const node = [
    'node:internal/process/promises:394',
    '      triggerUncaughtException(err, true /* fromPromise */);',
    '      ^',
    '',
    'TypeError: Cannot read properties of undefined',
    '    at file:///srv/reviews.mjs:12:9',
    '    at process.processTicksAndRejections (node:internal/process/task_queues:104:5)',
    '',
    'Node.js v24.21.0',
  ];
  const go = ['panic: no database', '', 'goroutine 1 [running]:', '\t/srv/main.go:4 +0x65', 'exit status 2'];
  const python = ['Traceback (most recent call last):', '  File "a.py", line 1', 'ValueError: nope'];
  for (const [code, signal, lines, expected] of [
    [null, 'SIGKILL', node, 'killed by SIGKILL'],
    [0, null, ['Error: not one'], 'exited'],
    [3, null, [], 'exited with code 3'],
    [1, null, node, 'exited with code 1: TypeError: Cannot read properties of undefined'],
    [2, null, go, 'exited with code 2: panic: no database'],
    [1, null, python, 'exited with code 1: ValueError: nope'],
    [1, null, ['', 'no configuration found', ''], 'exited with code 1: no configuration found'],
    [1, null, ['x'.repeat(300)], `exited with code 1: ${'x'.repeat(200)}…`],
  ] as const) {
    assert.equal(exitReason(code, signal, lines), expected);
  }
});

test('tells a taken port', () => {
  assert.ok(isPortCollision(['Error: listen EADDRINUSE: address already in use 127.0.0.1:1']));
  assert.ok(isPortCollision(['OSError: [Errno 98] Address already in use']));
  assert.ok(!isPortCollision(['Error: no database']));
});

test('says why a program could not be started', () => {
  const error = (code: string): Error => Object.assign(new Error(`spawn ${code}`), { code });
  assert.match(spawnFailure(error('ENOENT'), 'nodee', '/srv'), /^"nodee" was not found, or there is no folder \/srv$/);
  assert.match(spawnFailure(error('EACCES'), 'a.mjs', '/srv'), /^"a.mjs" is not executable$/);
  assert.match(spawnFailure(error('EMFILE'), 'a', '/srv'), /^could not be started: spawn EMFILE$/);
});
