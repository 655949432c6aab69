import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { globPattern, globRoot } from '../../../../src/shared/glob.ts';
import { readFiles } from '../../../../src/engine/discovery/workspace/read-files.ts';

describe('readFiles', () => {
  let directory = '';
  before(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'meshlens-read-'));
    for (const folder of ['deep/er', 'node_modules/x', '.git', 'hidden/.config']) {
      await mkdir(path.join(directory, folder), { recursive: true });
    }
    const files = [
      'a.yaml',
      'b.yml',
      'c.json',
      'deep/d.YAML',
      'deep/er/e.yaml',
      'node_modules/x/f.yaml',
      '.git/g.yaml',
      'hidden/.config/h.yaml',
    ];
    for (const file of files) await writeFile(path.join(directory, file), `# ${file}`);
    await writeFile(path.join(directory, 'mark.yaml'), '\ufeffa: 1');
    await writeFile(path.join(directory, 'big.yaml'), 'x'.repeat(2000));
    await symlink(directory, path.join(directory, 'deep/loop'));
  });
  after(() => rm(directory, { recursive: true, force: true }));

  const read = async (
    paths: readonly string[],
    options = {},
  ): Promise<{ names: readonly string[]; problems: readonly string[] }> => {
    const { files, problems } = await readFiles(paths, { directory, ...options });
    return {
      names: files.map(({ uri }) => (uri.startsWith('file:') ? path.relative(directory, fileURLToPath(uri)) : uri)),
      problems: problems.map(
        ({ message, isFatal }) => `${isFatal ? 'fatal ' : ''}${message.replaceAll(directory, '.')}`,
      ),
    };
  };

  test('a folder gives its YAML files, without dependencies and version control', async () => {
    assert.deepEqual((await read(['.'])).names, [
      'a.yaml',
      'b.yml',
      'big.yaml',
      'deep/d.YAML',
      'deep/er/e.yaml',
      'hidden/.config/h.yaml',
      'mark.yaml',
    ]);
  });

  test('named files are read whatever their name, each once', async () => {
    assert.deepEqual((await read(['c.json', 'a.yaml', './a.yaml'])).names, ['c.json', 'a.yaml']);
  });

  test('globs', async () => {
    assert.deepEqual((await read(['deep/**/*.yaml'])).names, ['deep/er/e.yaml']);
    assert.deepEqual((await read(['*.{yaml,yml}'])).names, ['a.yaml', 'b.yml', 'big.yaml', 'mark.yaml']);
    assert.deepEqual((await read(['*.xyz'])).problems, ['fatal No file matches *.xyz.']);
  });

  test('standard input', async () => {
    const { files } = await readFiles(['-'], { stdin: () => Promise.resolve('a: 1') });
    assert.deepEqual(files, [{ uri: 'stdin:-', text: 'a: 1' }]);
  });

  test('what is not there is said', async () => {
    assert.deepEqual(await read(['nowhere.yaml']), {
      names: [],
      problems: ['fatal There is no file or folder nowhere.yaml.'],
    });
  });

  test('limits', async () => {
    assert.deepEqual((await read(['big.yaml'], { maximumBytes: 1000 })).problems, [
      'fatal ./big.yaml is larger than 1000 bytes and was not read.',
    ]);
    const { names, problems } = await read(['.'], { maximumFiles: 2 });
    assert.deepEqual(names, ['a.yaml', 'b.yml']);
    assert.deepEqual(problems, ['More than 2 files; the others were not read.']);
  });

  test('a byte order mark is no text', async () => {
    const { files } = await readFiles(['mark.yaml'], { directory });
    assert.equal(files[0]?.text, 'a: 1');
  });
});

test('globs match whole paths', () => {
  assert.ok(globPattern('/a/**/b.yaml').test('/a/b.yaml'));
  assert.ok(globPattern('/a/**/b.yaml').test('/a/x/y/b.yaml'));
  assert.ok(!globPattern('/a/*.yaml').test('/a/x/b.yaml'));
  assert.ok(!globPattern('/a/?.yaml').test('/a/bb.yaml'));
  assert.ok(globPattern('/a/b+(c).yaml').test('/a/b+(c).yaml'));
  assert.equal(globRoot('/a/b/*.yaml'), '/a/b');
});
