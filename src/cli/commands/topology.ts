import { Engine } from '../../engine/engine.ts';
import { topologyToDot } from '../../engine/topology/export/dot.ts';
import { topologyToJson } from '../../engine/topology/export/json.ts';
import { topologyToMermaid } from '../../engine/topology/export/mermaid.ts';
import { topologyToSvg } from '../../engine/topology/export/svg.ts';
import type { TopologyGraph } from '../../shared/topology.ts';
import type { Command, CommandIo } from '../command.ts';
import { choiceOption, ExitCode, secondsOption, stringOption, stringsOption, UsageError } from '../command.ts';
import { demoMesh, startMesh } from './demo.ts';

const writers = { json: topologyToJson, dot: topologyToDot, mermaid: topologyToMermaid, svg: topologyToSvg } as const;

/** Lets traffic flow for a while, so that there is something to draw. */
async function watch(seconds: number, io: CommandIo): Promise<void> {
  io.err(`Watching the traffic for ${seconds} s …\n`);
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, seconds * 1000);
    io.signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}

export const topologyCommand: Command = {
  name: 'topology',
  summary: 'The graph of a mesh: who calls whom, how often, how well.',
  usage:
    'topology --demo | --file meshlens.yaml [--namespace NS]… [--graph-type T] [--window 10s] [--format json|dot|mermaid|svg]',
  details: [
    '--demo        start the Bookinfo demo, watch it for the window, draw it, stop it',
    '--file        the same with the local mesh of this file',
    '--window      how long to watch, and what rates are taken over; default 10s',
    '--graph-type  versionedApp (default), app, workload or service',
    '--format      json (default, the object of mesh/topology), dot, mermaid or svg',
  ],
  options: {
    demo: { type: 'boolean' },
    file: { type: 'string' },
    namespace: { type: 'string', multiple: true },
    'graph-type': { type: 'string' },
    window: { type: 'string' },
    format: { type: 'string' },
  },
  async run(values, _positionals, io) {
    const file = stringOption(values, 'file') ?? (values.demo === true ? demoMesh() : undefined);
    if (file === undefined) throw new UsageError('Say which mesh: --demo, or --file meshlens.yaml.');
    const write: (graph: TopologyGraph) => string =
      writers[choiceOption(values, 'format', ['json', 'dot', 'mermaid', 'svg'], 'json')];
    const window = secondsOption(values, 'window', 10);
    const graphType = choiceOption(
      values,
      'graph-type',
      ['versionedApp', 'app', 'workload', 'service'],
      'versionedApp',
    );
    const engine = new Engine();
    try {
      await startMesh(engine, file, io);
      await watch(window, io);
      io.out(
        write(
          await engine.request('mesh/topology', { window, graphType, namespaces: stringsOption(values, 'namespace') }),
        ),
      );
      return ExitCode.ok;
    } finally {
      await engine.dispose();
    }
  },
};
