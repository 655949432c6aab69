import type { Call, CallSource } from '../../shared/call.ts';
import type { EngineParams, EngineResult } from '../../shared/engine-protocol.ts';
import { clusterDetails, clusterOptions } from '../cluster-flags.ts';
import type { Command, CommandIo, OptionValues } from '../command.ts';
import { choiceOption, ExitCode, stringOption, stringsOption, UsageError } from '../command.ts';
import { filesModel } from '../files-model.ts';
import { formatRoute } from '../format/route-text.ts';
import { inputsFrom } from '../inputs.ts';

type Question = EngineParams<'mesh/route'>;

/** `NAMESPACE/WORKLOAD`, `NAMESPACE` alone, or `gateway:NAMESPACE/NAME:PORT`. */
function origin(value: string): Pick<Call, 'source' | 'gateway'> {
  const gateway = /^gateway:([^/]+)\/([^:]+):(\d+)$/.exec(value);
  if (gateway) return { gateway: { namespace: gateway[1] ?? '', name: gateway[2] ?? '', port: Number(gateway[3]) } };
  const [namespace = '', workload] = value.split('/', 2);
  if (!namespace) throw new UsageError('--from takes NAMESPACE/WORKLOAD, NAMESPACE, or gateway:NAMESPACE/NAME:PORT.');
  const source: CallSource = workload ? { namespace, workload } : { namespace };
  return { source };
}

function headersOf(values: OptionValues): Readonly<Record<string, string>> {
  return Object.fromEntries(
    stringsOption(values, 'header').map((header) => {
      const split = header.search(/[=:]/);
      if (split < 1) throw new UsageError(`--header takes NAME=VALUE, not "${header}".`);
      return [header.slice(0, split).trim().toLowerCase(), header.slice(split + 1).trim()];
    }),
  );
}

function callOf(values: OptionValues): Call {
  const from = stringOption(values, 'from');
  const to = stringOption(values, 'to');
  if (!from || !to)
    throw new UsageError(
      'Say where the call comes from (--from NAMESPACE/WORKLOAD) and what it dials (--to HOST[:PORT]).',
    );
  const match = /^(.*?)(?::(\d+))?$/.exec(to);
  return {
    ...origin(from),
    host: match?.[1] ?? to,
    ...(match?.[2] ? { port: Number(match[2]) } : {}),
    protocol: choiceOption(values, 'protocol', ['http', 'http2', 'grpc', 'https', 'tls', 'tcp'], 'http'),
    method: stringOption(values, 'method') ?? 'GET',
    path: stringOption(values, 'path') ?? '/',
    headers: headersOf(values),
  };
}

export const routeCommand: Command = {
  name: 'route',
  summary: 'Where a request goes, and why.',
  usage:
    'route [PATH…] --from NAMESPACE/WORKLOAD --to HOST[:PORT] [--method M] [--path P] [--header NAME=VALUE]… [--context NAME] [--format text|json]',
  details: [
    'PATH      files and folders with YAML; default: this folder (with --context: none); - reads standard input',
    '--from    bookinfo/productpage-v1, bookinfo, or gateway:bookinfo/ingress:80',
    '--to      the host as the caller writes it: reviews:9080, reviews.bookinfo …',
    '--format  text (default) or json, the object of mesh/route',
    ...clusterDetails,
  ],
  options: {
    from: { type: 'string' },
    to: { type: 'string' },
    method: { type: 'string' },
    path: { type: 'string' },
    header: { type: 'string', multiple: true },
    protocol: { type: 'string' },
    format: { type: 'string' },
    namespace: { type: 'string' },
    'cluster-domain': { type: 'string' },
    ...clusterOptions,
  },
  async run(values, positionals, io) {
    const request = callOf(values);
    const format = choiceOption(values, 'format', ['text', 'json'], 'text');
    const inputs = await inputsFrom(positionals, values, io);
    const decision =
      values.context === undefined
        ? await filesModel().route({ ...inputs, request })
        : await routeOnCluster({ ...inputs, request }, positionals.length > 0, values, io);
    io.out(format === 'json' ? `${JSON.stringify(decision, null, 2)}\n` : formatRoute(decision));
    return ExitCode.ok;
  },
};

/** Files only where paths were named. */
async function routeOnCluster(
  question: Question,
  hasPaths: boolean,
  values: OptionValues,
  io: CommandIo,
): Promise<EngineResult<'mesh/route'>> {
  const { connectContext, engineFor } = await import('../cluster-option.ts');
  const engine = engineFor(values);
  try {
    const context = await connectContext(engine, values, io);
    return await engine.request('mesh/route', {
      ...question,
      ...(!hasPaths && { files: [] }),
      ...(context !== undefined && { context }),
    });
  } finally {
    await engine.dispose();
  }
}
