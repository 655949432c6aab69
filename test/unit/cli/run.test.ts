import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Command } from '../../../src/cli/command.ts';
import { choiceOption, ExitCode, secondsOption, UnreachableError, UsageError } from '../../../src/cli/command.ts';
import { type CommandRun, commandRun } from './command-run.ts';

const command: Command = {
  name: 'greet',
  summary: 'Greets.',
  usage: 'greet [NAME…] [--tone soft|loud]',
  details: ['NAME  whom'],
  options: { tone: { type: 'string' }, wait: { type: 'string' } },
  run: (values, positionals, io) => {
    if (positionals.includes('nobody')) throw new UsageError('Nobody cannot be greeted.');
    if (positionals.includes('mars')) throw new UnreachableError('Mars does not answer.');
    io.out(
      `${choiceOption(values, 'tone', ['soft', 'loud'], 'soft')} ${secondsOption(values, 'wait', 1)} ${positionals.join(' ')}`,
    );
    return Promise.resolve(ExitCode.ok);
  },
};

const run = (...args: readonly string[]): Promise<CommandRun> => commandRun([command], args);

test('a command gets its options and arguments', async () => {
  assert.deepEqual(await run('greet', 'world', '--tone', 'loud', '--wait', '2m'), {
    code: 0,
    out: 'loud 120 world',
    err: '',
  });
});

const cases: readonly (readonly [readonly string[], number, RegExp])[] = [
  [[], 2, /Usage: meshlens COMMAND/],
  [['shout'], 2, /no command "shout"\.\n/],
  [['gret'], 2, /no command "gret"\. Did you mean `greet`\?/],
  [['greet', '--volume', '9'], 2, /there is no option --volume\.\n[^]*meshlens help greet/],
  [['greet', '--tune', 'loud'], 2, /there is no option --tune\. Did you mean `--tone`\?\n/],
  [['greet', '--tone', 'shrill'], 2, /--tone takes soft, loud, not "shrill"/],
  [['greet', '--wait', 'soon'], 2, /--wait takes a length of time/],
  [['greet', 'nobody'], 2, /Nobody cannot be greeted/],
  [['greet', 'mars'], 3, /Mars does not answer/],
];
for (const [args, code, message] of cases) {
  test(`"${args.join(' ')}" ends with ${code} and says why`, async () => {
    const result = await run(...args);
    assert.equal(result.code, code);
    assert.match(result.err, message);
    assert.equal(result.out, '');
  });
}

test('help and version go to standard output', async () => {
  for (const args of [['--help'], ['help'], ['help', 'greet'], ['greet', '--help']]) {
    const result = await run(...args);
    assert.equal(result.code, 0);
    assert.match(result.out, /Usage: meshlens/);
  }
  assert.equal((await run('--version')).out, '1.2.3\n');
});
