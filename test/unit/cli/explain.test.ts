/** `meshlens explain`: the page of a rule by any of its names. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { explainCommand } from '../../../src/cli/commands/explain.ts';
import { type CommandRun, commandRun } from './command-run.ts';

const explain = (...args: readonly string[]): Promise<CommandRun> => commandRun([explainCommand], ['explain', ...args]);

describe('explain', () => {
  for (const name of ['MESH1203', 'mesh1203', 'unknown-host']) {
    test(`${name}: its page`, async () => {
      const { code, out, err } = await explain(name);
      assert.deepEqual([code, err], [0, '']);
      assert.match(out, /^# MESH1203: unknown-host\n[^]*```yaml/);
    });
  }

  test('a code of another tool that means several: which they are', async () => {
    const { code, out } = await explain('IST0106');
    assert.equal(code, 0);
    assert.match(out, /^MESH1101 {2}unknown-field \(error\): A field is not one of its kind/m);
    assert.match(out, /^MESH1108 {2}duplicate-item /m);
    assert.doesNotMatch(out, /unknown-host/);
  });

  test('no name: all rules', async () => {
    const { code, out } = await explain();
    assert.equal(code, 0);
    for (const rule of ['yaml-syntax', 'unknown-host', 'undecided-reference'])
      assert.match(out, new RegExp(` ${rule} \\(`));
  });

  test('a name that no rule has: the nearest', async () => {
    const { code, out, err } = await explain('unknown-hst');
    assert.deepEqual([code, out], [2, '']);
    assert.match(err, /No rule is called "unknown-hst"\. Did you mean `unknown-host`/);
  });
});
