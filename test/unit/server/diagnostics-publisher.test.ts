/** When the editor is told of findings, while somebody types and otherwise. */
import assert from 'node:assert/strict';
import { describe, mock, test, type TestContext } from 'node:test';
import type { Connection, PublishDiagnosticsParams } from 'vscode-languageserver/node';
import type { Engine } from '../../../src/engine/engine.ts';
import { DiagnosticsPublisher } from '../../../src/engine/server/diagnostics-publisher.ts';
import type { Diagnostic } from '../../../src/shared/diagnostics.ts';

const uri = 'file:///a.yaml';

function findingAt(message: string, line: number): Diagnostic {
  const start = { line, character: 0 };
  return {
    code: 'MESH1',
    rule: 'a-rule',
    aliases: [],
    severity: 'error',
    message,
    uri,
    range: { start, end: start },
    path: '',
    related: [],
    fixes: [],
    docs: '',
  };
}

/** An engine that finds what it is told to, and what an editor was told of the file: `"message"@line`. */
function scene(context: TestContext, debounce = 100) {
  mock.timers.enable({ apis: ['setTimeout'] });
  context.after(() => mock.timers.reset());
  let found: readonly Diagnostic[] = [];
  let told: string | undefined;
  const engine = {
    debounce,
    workspace: { versionOf: () => 1 },
    analyzeWorkspace: () => ({ diagnostics: found }),
    analyzeWorkspaceInPieces: () => Promise.resolve({ diagnostics: found }),
  };
  const connection = {
    sendDiagnostics({ diagnostics }: PublishDiagnosticsParams) {
      told = diagnostics.map(({ message, range }) => `${JSON.stringify(message)}@${range.start.line}`).join(' ');
      return Promise.resolve();
    },
  };
  const publisher = new DiagnosticsPublisher(connection as unknown as Connection, engine as unknown as Engine, '');
  context.after(() => publisher.dispose());
  const pass = async (milliseconds: number): Promise<void> => {
    mock.timers.tick(milliseconds);
    // The run goes on behind a promise.
    await new Promise((resolve) => setImmediate(resolve));
  };
  return {
    publisher,
    finds: (...now: readonly Diagnostic[]) => void (found = now),
    pass,
    told: () => told,
  };
}

describe('what is told', () => {
  test('of a file that is opened or changes on disk, as soon as it is checked', async (context) => {
    const { publisher, finds, pass, told } = scene(context);
    finds(findingAt('wrong', 1));
    publisher.schedule();
    await pass(100);
    assert.equal(told(), '"wrong"@1');
  });

  test('of what is newly wrong where somebody types, once he rests', async (context) => {
    const { publisher, finds, pass, told } = scene(context);
    finds(findingAt('half a word', 1));
    publisher.scheduleTyped();
    await pass(100);
    await pass(300);
    assert.equal(told(), undefined);
    publisher.scheduleTyped();
    await pass(100);
    await pass(300);
    assert.equal(told(), undefined);
    await pass(100);
    assert.equal(told(), '"half a word"@1');
  });

  test('of what is right again or has moved, at once', async (context) => {
    const { publisher, finds, pass, told } = scene(context);
    finds(findingAt('old', 1), findingAt('other', 2));
    publisher.schedule();
    await pass(100);
    finds(findingAt('other', 3), findingAt('half a word', 4));
    publisher.scheduleTyped();
    await pass(100);
    assert.equal(told(), '"other"@3');
    await pass(400);
    assert.equal(told(), '"other"@3 "half a word"@4');
  });

  test('of everything, when something else happens while somebody types', async (context) => {
    const { publisher, finds, pass, told } = scene(context);
    finds(findingAt('wrong', 1));
    publisher.scheduleTyped();
    publisher.schedule();
    await pass(100);
    assert.equal(told(), '"wrong"@1');
  });

  test('without a pause where none is wanted', async (context) => {
    const { publisher, finds, pass, told } = scene(context, 0);
    finds(findingAt('wrong', 1));
    publisher.scheduleTyped();
    await pass(1);
    assert.equal(told(), '"wrong"@1');
  });

  test('fixes are offered for what is not shown yet', async (context) => {
    const { publisher, finds, pass } = scene(context);
    finds(findingAt('half a word', 1));
    publisher.scheduleTyped();
    await pass(100);
    assert.deepEqual(
      publisher.current.map(({ message }) => message),
      ['half a word'],
    );
  });
});
