import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Engine } from '../../engine/engine.ts';
import { sentence } from '../../shared/sentence.ts';
import type { Command, CommandIo } from '../command.ts';
import { ExitCode, stringOption, UnreachableError } from '../command.ts';

/** The sample stands beside `dist` in the package and beside `src` in the repository. */
export const demoMesh = (): string =>
  fileURLToPath(
    new URL(
      import.meta.url.endsWith('.ts') ? '../../../samples/bookinfo/meshlens.yaml' : '../samples/bookinfo/meshlens.yaml',
      import.meta.url,
    ),
  );

/** Starts a local mesh and waits until it runs. */
export async function startMesh(engine: Engine, file: string, io: CommandIo): Promise<void> {
  await engine.openFolder(path.dirname(path.resolve(io.cwd, file)));
  const status = await engine.request('mesh/local/start', { file: path.resolve(io.cwd, file) });
  if (status.phase !== 'running')
    throw new UnreachableError(
      `${sentence(`The mesh did not start: ${status.message ?? status.phase}`)} Look at what the services print with --verbose.`,
    );
  io.signal.throwIfAborted();
}

export const demoCommand: Command = {
  name: 'demo',
  summary: 'Runs the Bookinfo demo mesh with live traffic until interrupted.',
  usage: 'demo [--file meshlens.yaml] [--verbose]',
  details: ['--file     run the local mesh of this file instead', '--verbose  print what the services print'],
  options: { file: { type: 'string' }, verbose: { type: 'boolean' } },
  async run(values, _positionals, io) {
    const engine = new Engine();
    try {
      engine.onNotification((method, payload) => {
        if (method === 'mesh/event')
          io.out(`${new Date(payload.time).toISOString().slice(11, 19)}  ${payload.message}\n`);
        if (method === 'mesh/log' && values.verbose === true)
          for (const line of payload.lines) io.out(`${line.instance}  ${line.text}\n`);
      });
      await startMesh(engine, stringOption(values, 'file') ?? demoMesh(), io);
      const { endpoints } = await engine.request('mesh/local/status', {});
      for (const [name, url] of Object.entries(endpoints.gateways)) io.out(`Gateway ${name}: ${url}\n`);
      if (endpoints.metrics) io.out(`Metrics: ${endpoints.metrics}\n`);
      if (endpoints.registry) io.out(`Registry (Consul's API): ${endpoints.registry}\n`);
      if (endpoints.otlp) io.out(`OTLP receiver: ${endpoints.otlp}\n`);
      io.out('Stop with Ctrl+C.\n');
      await new Promise<void>((resolve) =>
        io.signal.aborted ? resolve() : io.signal.addEventListener('abort', () => resolve(), { once: true }),
      );
      return ExitCode.ok;
    } finally {
      await engine.dispose();
    }
  },
};
