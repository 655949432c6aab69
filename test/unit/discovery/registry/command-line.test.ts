import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import fc from 'fast-check';
import type { LaunchPlace } from '../../../../src/engine/discovery/registry/command-line.ts';
import { parseCommand, planLaunch } from '../../../../src/engine/discovery/registry/command-line.ts';

test('plain commands become words', () => {
  for (const [text, words] of [
    ['node services/reviews.mjs', ['node', 'services/reviews.mjs']],
    ['  a \t b  ', ['a', 'b']],
    [`a 'b c' "d e"`, ['a', 'b c', 'd e']],
    [`a b'c'"d"`, ['a', 'bcd']],
    [`a '' ""`, ['a', '', '']],
    [`a '$HOME *' b`, ['a', '$HOME *', 'b']],
    [`a "x\\"y" b\\ c`, ['a', 'x"y', 'b c']],
    [`a "x\\y"`, ['a', 'x\\y']],
    ['a --name=value b#c d~', ['a', '--name=value', 'b#c', 'd~']],
  ] as const) {
    assert.deepEqual(parseCommand(text), { type: 'words', words });
  }
});

test('anything more is for a shell', () => {
  for (const text of [
    'a | b',
    'a && b',
    'a; b',
    'a > file',
    'a $PORT',
    'a "$PORT"',
    'a `b`',
    'a *.js',
    'a ~/b',
    'NAME=value a',
    'a # comment',
    '(a)',
    "a 'open",
    'a "open',
    'a\nb',
    'a \\',
    '',
  ]) {
    assert.equal(parseCommand(text).type, 'shell', text);
  }
});

test('splits as the system shell does', { skip: process.platform === 'win32' }, () => {
  const word = fc.stringMatching(/^[a-z "'\\=#~%@^+,.:/-]{1,12}$/);
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 3 }), (words) => {
      const parsed = parseCommand(`x ${words.join(' ')}`);
      if (parsed.type === 'shell') return;
      // The shell prints its idea of the words, each ended by a zero byte.
      const printed = execFileSync('/bin/sh', ['-c', `printf '%s\\0' ${words.join(' ')}`], { encoding: 'utf8' });
      const expected = printed.split('\0').slice(0, -1);
      const own = parsed.words.slice(1);
      // printf without an argument still prints once.
      assert.deepEqual(own.length === 0 ? [''] : own, expected);
    }),
    { numRuns: 60 },
  );
});

const place: LaunchPlace = {
  platform: 'linux',
  ownRuntime: '/opt/editor/code',
  isElectron: true,
  isOnPath: () => true,
};

test('node on the PATH is used; without one the own runtime is', () => {
  const command = 'node a.mjs';
  assert.deepEqual(planLaunch(command, place), { file: 'node', args: ['a.mjs'], env: {}, verbatim: false });
  assert.deepEqual(planLaunch(command, { ...place, isOnPath: () => false }), {
    file: '/opt/editor/code',
    args: ['a.mjs'],
    env: { ELECTRON_RUN_AS_NODE: '1' },
    verbatim: false,
  });
  const plainNode = { ...place, isElectron: false, isOnPath: () => false };
  assert.deepEqual(planLaunch(command, plainNode).env, {});
});

test('shell syntax goes to the shell of the system', () => {
  assert.deepEqual(planLaunch('a && b', place), { file: '/bin/sh', args: ['-c', 'a && b'], env: {}, verbatim: false });
  const windows = { ...place, platform: 'win32' } as const;
  const shell = { file: 'cmd.exe', env: {}, verbatim: true };
  assert.deepEqual(planLaunch('npm start', windows), { ...shell, args: ['/d', '/s', '/c', '"npm start"'] });
  assert.deepEqual(planLaunch('node a.mjs', windows).file, 'node');
});
