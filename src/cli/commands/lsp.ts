import { startLanguageServer } from '../../engine/server.ts';
import type { Command } from '../command.ts';
import { ExitCode } from '../command.ts';

export const lspCommand: Command = {
  name: 'lsp',
  summary: 'The engine as a language server, for any editor.',
  usage: 'lsp --stdio | --node-ipc',
  details: [
    '--stdio     speak over standard input and output',
    '--node-ipc  speak over the channel of the Node process that started this one',
  ],
  options: { stdio: { type: 'boolean' }, 'node-ipc': { type: 'boolean' }, clientProcessId: { type: 'string' } },
  async run(values) {
    await startLanguageServer(values['node-ipc'] === true ? 'node-ipc' : 'stdio');
    return ExitCode.ok;
  },
};
