import type { Engine } from '../../engine/engine.ts';
import { topologyToDot } from '../../engine/topology/export/dot.ts';
import { topologyToJson } from '../../engine/topology/export/json.ts';
import { topologyToMermaid } from '../../engine/topology/export/mermaid.ts';
import { topologyToSvg } from '../../engine/topology/export/svg.ts';
import type { GraphType, TopologyGraph } from '../../shared/topology.ts';
import { clusterOptions } from '../cluster-flags.ts';
import { connectContext, engineFor } from '../cluster-option.ts';
import type { Command, CommandIo, OptionValues } from '../command.ts';
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

interface GraphParams {
  readonly window: number;
  readonly graphType: GraphType;
  readonly namespaces: readonly string[];
}

async function ofFile(engine: Engine, file: string, params: GraphParams, io: CommandIo): Promise<TopologyGraph> {
  await startMesh(engine, file, io);
  await watch(params.window, io);
  return engine.request('mesh/topology', params);
}

async function ofCluster(
  engine: Engine,
  params: GraphParams,
  values: OptionValues,
  io: CommandIo,
): Promise<TopologyGraph> {
  const context = await connectContext(engine, values, io);
  const graph = await engine.freshTopology({ ...params, contexts: context === undefined ? [] : [context] });
  for (const warning of graph.warnings) io.err(`${warning}\n`);
  return graph;
}

export const topologyCommand: Command = {
  name: 'topology',
  summary: 'The graph of a mesh: who calls whom, how often, how well.',
  usage:
    'topology --demo | --file meshlens.yaml | --context NAME [--namespace NS]… [--graph-type T] [--window 10s] [--format json|dot|mermaid|svg]',
  details: [
    '--demo        start the Bookinfo demo, watch it for the window, draw it, stop it',
    '--file        the same with the local mesh of this file',
    '--context     draw the cluster of this context of the kubeconfig, from its objects and its Prometheus',
    '--kubeconfig  path; default KUBECONFIG, else ~/.kube/config',
    '--prometheus  address of its Prometheus; default: it is looked for in the cluster',
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
    prometheus: { type: 'string' },
    ...clusterOptions,
  },
  async run(values, _positionals, io) {
    const file = stringOption(values, 'file') ?? (values.demo === true ? demoMesh() : undefined);
    const isOfCluster = stringOption(values, 'context') !== undefined;
    if ((file === undefined) === !isOfCluster)
      throw new UsageError('Say which one mesh: --demo, --file meshlens.yaml, or --context NAME.');
    const write: (graph: TopologyGraph) => string =
      writers[choiceOption(values, 'format', ['json', 'dot', 'mermaid', 'svg'], 'json')];
    const window = secondsOption(values, 'window', 10);
    const graphType = choiceOption(
      values,
      'graph-type',
      ['versionedApp', 'app', 'workload', 'service'],
      'versionedApp',
    );
    const params = { window, graphType, namespaces: stringsOption(values, 'namespace') };
    const engine = engineFor(values);
    try {
      io.out(
        write(await (file === undefined ? ofCluster(engine, params, values, io) : ofFile(engine, file, params, io))),
      );
      return ExitCode.ok;
    } finally {
      await engine.dispose();
    }
  },
};
