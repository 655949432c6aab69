import path from 'node:path';
import { stdinUri } from '../engine/discovery/workspace/read-files.ts';
import type { Inputs } from '../shared/engine-protocol.ts';
import type { CommandIo, OptionValues } from './command.ts';
import { stringOption, UsageError } from './command.ts';

const stdinLimit = 64 * 1024 * 1024;

async function readAll(stream: NodeJS.ReadableStream): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    const buffer = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    size += buffer.length;
    if (size > stdinLimit) throw new UsageError(`Standard input is larger than ${stdinLimit / 1024 / 1024} MiB.`);
    chunks.push(buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** The objects a command is about: paths as given (default: this folder), `-` for standard input, and mesh settings. */
export async function inputsFrom(positionals: readonly string[], values: OptionValues, io: CommandIo): Promise<Inputs> {
  const paths = positionals.length === 0 ? ['.'] : positionals.filter((name) => name !== '-');
  const namespace = stringOption(values, 'namespace');
  const clusterDomain = stringOption(values, 'cluster-domain');
  return {
    files: paths.map((name) => path.resolve(io.cwd, name)),
    ...(positionals.includes('-') ? { resources: [{ uri: stdinUri, text: await readAll(io.stdin) }] } : {}),
    mesh: {
      ...(namespace === undefined ? {} : { defaultNamespace: namespace }),
      ...(clusterDomain === undefined ? {} : { clusterDomain }),
    },
  };
}
