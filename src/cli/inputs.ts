import { existsSync } from 'node:fs';
import path from 'node:path';
import { stdinUri } from '../engine/discovery/workspace/read-files.ts';
import { configurationFileNames } from '../shared/configuration-file.ts';
import { globRoot, isGlob } from '../shared/glob.ts';
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

/** Folders above which a project does not reach. */
const projectMark = '.git';

/** The configuration files at the place and in the folders above it, up to that of the whole project. */
function configurationsAbove(place: string): readonly string[] {
  const found: string[] = [];
  for (let each = place; ; each = path.dirname(each)) {
    // Asked by name: a folder above, such as that of all temporary files, may hold very many.
    found.push(...configurationFileNames.map((name) => path.join(each, name)).filter((file) => existsSync(file)));
    if (existsSync(path.join(each, projectMark)) || path.dirname(each) === each) return found;
  }
}

/** `--config`: a file, or `none`. */
function configurationFrom(values: OptionValues, io: CommandIo): string | undefined {
  const given = stringOption(values, 'config');
  return given === undefined ? undefined : given === 'none' ? '' : path.resolve(io.cwd, given);
}

/** The objects a command is about: paths as given (default: this folder), `-` for standard input, and mesh settings. */
export async function inputsFrom(positionals: readonly string[], values: OptionValues, io: CommandIo): Promise<Inputs> {
  const paths = positionals.length === 0 ? ['.'] : positionals.filter((name) => name !== '-');
  const namespace = stringOption(values, 'namespace');
  const clusterDomain = stringOption(values, 'cluster-domain');
  const configuration = configurationFrom(values, io);
  const places = new Set([
    ...paths.map((name) => (isGlob(name) ? globRoot(name) : name)),
    ...(paths.length === 0 ? ['.'] : []),
  ]);
  const above =
    configuration === undefined ? [...places].flatMap((place) => configurationsAbove(path.resolve(io.cwd, place))) : [];
  return {
    files: [...new Set(above), ...paths.map((name) => path.resolve(io.cwd, name))],
    ...(configuration !== undefined && { configuration }),
    ...(positionals.includes('-') ? { resources: [{ uri: stdinUri, text: await readAll(io.stdin) }] } : {}),
    mesh: {
      ...(namespace === undefined ? {} : { defaultNamespace: namespace }),
      ...(clusterDomain === undefined ? {} : { clusterDomain }),
    },
  };
}
