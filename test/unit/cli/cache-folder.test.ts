import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cacheFolder, type CachePlace } from '../../../src/cli/cache-folder.ts';

const cases: readonly (readonly [string, CachePlace, string | undefined])[] = [
  ['Linux', { env: {}, platform: 'linux', home: '/people/ann' }, '/people/ann/.cache/meshlens/findings'],
  [
    'a folder that is named',
    { env: { XDG_CACHE_HOME: '/caches/ann' }, platform: 'linux', home: '/people/ann' },
    '/caches/ann/meshlens/findings',
  ],
  [
    'a relative one, which does not count',
    { env: { XDG_CACHE_HOME: 'caches' }, platform: 'linux', home: '/people/ann' },
    '/people/ann/.cache/meshlens/findings',
  ],
  ['macOS', { env: {}, platform: 'darwin', home: '/people/ann' }, '/people/ann/Library/Caches/meshlens/findings'],
  ['Windows', { env: { LOCALAPPDATA: '/ann/Local' }, platform: 'win32', home: '/ann' }, '/ann/Local/meshlens/findings'],
  ['Windows without', { env: {}, platform: 'win32', home: '/ann' }, undefined],
  ['nobody’s home', { env: {}, platform: 'linux', home: '' }, undefined],
];

for (const [name, place, expected] of cases) {
  test(`the folder for caches: ${name}`, () => assert.equal(cacheFolder(place), expected));
}
