import { isDeepStrictEqual } from 'node:util';
import { isConfigurationFile } from '../../../shared/configuration-file.ts';
import type { MeshSettings } from '../../../shared/mesh-settings.ts';
import {
  readConfiguration,
  type Configuration,
  type ConfiguredPath,
} from '../../policy/configuration/configuration.ts';

interface Entry {
  /** Ends with a slash. */
  readonly folder: string;
  readonly value: unknown;
  readonly configuration: Configuration;
}

const noSettings: MeshSettings = {};

/** The configuration files among the files of a workspace. Of each file that of the nearest folder counts, alone. */
export class Configurations {
  /** Nearest to the root first. */
  #entries: readonly Entry[] = [];
  /** Counts for every file, instead of those that lie among them. */
  readonly #fixed: Entry | undefined;

  constructor(fixed?: { readonly uri: string; readonly value: unknown }) {
    this.#fixed = fixed && entryOf(fixed.uri, fixed.value);
  }

  /** Takes what a configuration file says now; undefined: it is gone. Answers whether anything changed. */
  set(uri: string, value: unknown): boolean {
    const { folder } = entryOf(uri, undefined);
    const before = this.#entries.find((entry) => entry.folder === folder);
    if (before ? isDeepStrictEqual(before.value, value) : value === undefined) return false;
    const others = this.#entries.filter((entry) => entry !== before);
    const own = value === undefined ? [] : [entryOf(uri, value)];
    this.#entries = [...others, ...own].sort(
      (a, b) => a.folder.length - b.folder.length || (a.folder < b.folder ? -1 : 1),
    );
    return true;
  }

  /** Text that came through a pipe counts as lying at the root. */
  of(uri: string): ConfiguredPath | undefined {
    const isPlaced = uri.startsWith('file:');
    const entry =
      this.#fixed ?? (isPlaced ? this.#entries.findLast(({ folder }) => uri.startsWith(folder)) : this.#entries[0]);
    if (!entry) return undefined;
    const path = uri.startsWith(entry.folder) ? decoded(uri.slice(entry.folder.length)) : uri;
    return { configuration: entry.configuration, path };
  }

  isIgnored(uri: string): boolean {
    if (isConfigurationFile(uri)) return false;
    const found = this.of(uri);
    return found?.configuration.ignored.matches(found.path) ?? false;
  }

  /** What the configuration nearest to the root says of the mesh. The same object until that changes. */
  get mesh(): MeshSettings {
    return (this.#fixed ?? this.#entries[0])?.configuration.mesh ?? noSettings;
  }
}

function entryOf(uri: string, value: unknown): Entry {
  return { folder: uri.slice(0, uri.lastIndexOf('/') + 1), value, configuration: readConfiguration(value) };
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
