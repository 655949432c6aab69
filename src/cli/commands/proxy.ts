import { statSync, watch, type FSWatcher } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Engine } from '../../engine/engine.ts';
import type { StandIn } from '../../shared/dev-proxy.ts';
import { clusterDetails, clusterOptions } from '../cluster-flags.ts';
import { connectContext, engineFor } from '../cluster-option.ts';
import type { Command, CommandIo } from '../command.ts';
import { ExitCode, stringOption, stringsOption, UnreachableError, UsageError } from '../command.ts';

function portOption(text: string | undefined): number {
  if (text === undefined) return 0;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : -1;
  if (port < 0 || port > 65_535) throw new UsageError(`--port takes a port, or 0 for any that is free, not "${text}".`);
  return port;
}

/** `ns/workload:9080=127.0.0.1:3000`, several times for several ports. */
function standInsOf(texts: readonly string[]): readonly StandIn[] {
  const found = new Map<
    string,
    { readonly namespace: string; readonly workload: string; ports: Record<string, string> }
  >();
  for (const text of texts) {
    const match = /^([^/\s]+)\/([^:\s]+):(\d{1,5})=(\S+)$/.exec(text);
    const [, namespace = '', workload = '', port = '', local = ''] = match ?? [];
    if (!match) throw new UsageError(`--stand-in takes NAMESPACE/WORKLOAD:PORT=127.0.0.1:LOCAL, not "${text}".`);
    const known = found.get(`${namespace}/${workload}`);
    if (known) known.ports[port] = local;
    else found.set(`${namespace}/${workload}`, { namespace, workload, ports: { [port]: local } });
  }
  return [...found.values()];
}

/** A value as a shell takes it, whatever it holds. */
const quoted = (value: string): string =>
  /^[\w.,:/@+-]*$/.test(value) ? value : `'${value.replaceAll("'", "'\\''")}'`;

/** Reads a file or folder, and reads again what changes in it. @throws {UsageError} */
async function follow(engine: Engine, name: string): Promise<FSWatcher> {
  const [problem] = await engine.openFolder(name);
  if (problem !== undefined) throw new UsageError(problem);
  const isFolder = statSync(name).isDirectory();
  // The folder of a file is watched, as editors put a new file in its place.
  const folder = isFolder ? name : path.dirname(name);
  const watcher = watch(folder, { recursive: isFolder }, (_event, changed) => {
    const file = changed === null ? undefined : path.join(folder, changed);
    if (file === undefined || !/\.ya?ml$/.test(file) || (!isFolder && file !== name)) return;
    engine.fileChanged(pathToFileURL(file).href).catch(() => undefined);
  });
  // A folder that goes away ends the watching; what was read of it counts on.
  watcher.on('error', () => undefined);
  return watcher;
}

/** Tells what changes while it runs, once each. */
function tellChanges(engine: Engine, io: CommandIo): void {
  let told = '';
  engine.onNotification((method, payload) => {
    if (method !== 'mesh/devProxyChanged' || (payload.phase !== 'running' && payload.phase !== 'degraded')) return;
    const services = payload.services.flatMap(({ host, port, message }) =>
      message === undefined ? [] : [`${host}:${port}: ${message}`],
    );
    const text = [...(payload.message === undefined ? [] : [payload.message]), ...services].join('\n');
    if (text !== told && text !== '') io.err(`${text}\n`);
    told = text;
  });
}

export const proxyCommand: Command = {
  name: 'proxy',
  summary: "A proxy on this machine into a cluster's services, by its policies and those of files, until interrupted.",
  usage:
    'proxy --context NAME [--namespace NS]… [--port N] [--service HOST:PORT]… [--stand-in NS/WORKLOAD:PORT=127.0.0.1:LOCAL]… [PATH]…',
  details: [
    ...clusterDetails,
    '--namespace   where names without a namespace are looked for, in this order; default: default',
    '--port        loopback port of the proxy; default: any that is free',
    '--service     a service that gets a loopback port of its own, such as reviews.bookinfo:9080',
    '--stand-in    a local process in place of a workload, for callers on this machine',
    '--verbose     print the access log',
    'PATH          files or folders whose policies count over those of the cluster, as they are saved',
  ],
  options: {
    namespace: { type: 'string', multiple: true },
    port: { type: 'string' },
    service: { type: 'string', multiple: true },
    'stand-in': { type: 'string', multiple: true },
    verbose: { type: 'boolean' },
    ...clusterOptions,
  },
  async run(values, positionals, io) {
    if (stringOption(values, 'context') === undefined)
      throw new UsageError('Say which cluster: --context NAME. "meshlens clusters" lists them.');
    const namespaces = stringsOption(values, 'namespace');
    const port = portOption(stringOption(values, 'port'));
    const standIns = standInsOf(stringsOption(values, 'stand-in'));
    const engine = engineFor(values);
    const watchers: FSWatcher[] = [];
    try {
      for (const name of positionals) watchers.push(await follow(engine, path.resolve(io.cwd, name)));
      const context = await connectContext(engine, values, io);
      if (values.verbose === true)
        engine.onNotification((method, payload) => {
          if (method === 'mesh/log') for (const { text } of payload.lines) io.err(`${text}\n`);
        });
      tellChanges(engine, io);
      const { address, environment } = await engine
        .request('mesh/devProxy/start', {
          context: context ?? '',
          namespaces: namespaces.length > 0 ? namespaces : ['default'],
          port,
          services: stringsOption(values, 'service'),
          standIns,
        })
        .catch((error: unknown) => {
          throw new UnreachableError(error instanceof Error ? error.message : String(error));
        });
      io.out(`# ${address ?? ''} leads into ${context ?? ''}. For programs that shall use it:\n`);
      for (const [name, value] of Object.entries(environment)) io.out(`export ${name}=${quoted(value)}\n`);
      io.err('Stop with Ctrl+C.\n');
      await new Promise<void>((resolve) =>
        io.signal.aborted ? resolve() : io.signal.addEventListener('abort', () => resolve(), { once: true }),
      );
      return ExitCode.ok;
    } finally {
      for (const watcher of watchers) watcher.close();
      await engine.dispose();
    }
  },
};
