/** Holds the pure rooms pure, and the tools' complaints answered instead of silenced. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

const root = path.resolve(import.meta.dirname, '../..');

function typescriptFiles(folder: string): readonly string[] {
  return readdirSync(path.join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const file = path.posix.join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === 'out' ? [] : typescriptFiles(file);
    return entry.name.endsWith('.ts') ? [file] : [];
  });
}

function linesWith(pattern: RegExp, files: readonly string[]): readonly string[] {
  return files.flatMap((file) =>
    readFileSync(path.join(root, file), 'utf8')
      .split('\n')
      .flatMap((line, index) => (pattern.test(line) ? [`${file}:${index + 1}: ${line.trim()}`] : [])),
  );
}

const pureRooms = ['src/shared', 'src/engine/model', 'src/engine/policy', 'src/engine/topology', 'src/engine/language'];
/** Its timers are given to it; these are the ones it has unless a test gives others. */
const withTimers = 'src/engine/topology/live-topology.ts';
const pureFiles = pureRooms.flatMap(typescriptFiles).filter((file) => file !== withTimers);

test('pure rooms have no clock, no chance and no timers of their own', () => {
  const impure =
    /\bDate\.now\b|\bnew Date\(\)|\bperformance\.now\b|\bMath\.random\b|\bcrypto\.|\bset(Timeout|Interval|Immediate)\(/;
  assert.deepEqual(linesWith(impure, pureFiles), []);
});

test('pure rooms do no IO', () => {
  // Of Node they use what only calculates, reading certificates and keys included.
  const io =
    /(?<!^import \{ (?:createPrivateKey, )?X509Certificate \} )\bfrom 'node:(?!net'|path'|url'|util'|buffer')|\bprocess\.|\bconsole\.|\bfetch\(/;
  assert.deepEqual(linesWith(io, pureFiles), []);
});

test('nothing silences the compiler or the linter, and nothing is left for later', () => {
  const own = path
    .relative(root, import.meta.filename)
    .split(path.sep)
    .join('/');
  const files = ['src', 'test'].flatMap(typescriptFiles).filter((file) => file !== own);
  assert.deepEqual(
    // The words that are looked for stand here only; in comments, `as any` may be followed by what it is like.
    linesWith(/eslint-disable|@ts-(ignore|expect-error|nocheck)|\bas any\b(?! \w)|\bTODO\b|\bFIXME\b/, files),
    [],
  );
});
