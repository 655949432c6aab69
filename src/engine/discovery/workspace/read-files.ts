import type { Dirent, Stats } from 'node:fs';
import { lstatSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { lstat, readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { compareText } from '../../../shared/compare.ts';
import { globPattern, globRoot, isGlob } from '../../../shared/glob.ts';

/** The URI of text that came through a pipe. */
export const stdinUri = 'stdin:-';

interface ReadText {
  readonly uri: string;
  readonly text: string;
}

export interface ReadFilesResult {
  readonly files: readonly ReadText[];
  /** What could not be read, in sentences. `isFatal`: the caller named it. */
  readonly problems: readonly { readonly path: string; readonly message: string; readonly isFatal: boolean }[];
}

export interface ReadFilesOptions {
  /** Relative paths start here; default: the working directory. */
  readonly directory?: string;
  /** Reads everything from standard input, asked for by the path `-`. */
  readonly stdin?: () => Promise<string>;
  readonly maximumFiles?: number;
  readonly maximumBytes?: number;
  readonly signal?: AbortSignal;
  /** Nothing else waits for this process: reading without leaving it takes a third of the time for small files. */
  readonly blocks?: boolean;
}

const ignoredFolders: ReadonlySet<string> = new Set(['node_modules', '.git', '.hg', '.svn']);
const yamlName = /\.ya?ml$/i;
const maximumDepth = 64;
/** Files that are read at the same time. */
const atOnce = 64;

interface FileAccess {
  stat(file: string): Promise<Stats>;
  lstat(file: string): Promise<Stats>;
  readText(file: string): Promise<string>;
  entries(folder: string): Promise<Dirent[]>;
}

const inBackground: FileAccess = {
  stat: (file) => stat(file),
  lstat: (file) => lstat(file),
  readText: (file) => readFile(file, 'utf8'),
  entries: (folder) => readdir(folder, { withFileTypes: true }),
};

/** The same, done when it is asked for. */
const atOnceHere: FileAccess = {
  stat: (file) => new Promise((resolve) => resolve(statSync(file))),
  lstat: (file) => new Promise((resolve) => resolve(lstatSync(file))),
  readText: (file) => new Promise((resolve) => resolve(readFileSync(file, 'utf8'))),
  entries: (folder) => new Promise((resolve) => resolve(readdirSync(folder, { withFileTypes: true }))),
};

type Problem = ReadFilesResult['problems'][number];

/**
 * Reads files, folders (every YAML file in them), globs and standard input (`-`). Files come once each, sorted by path
 * within one argument. Links to folders are not followed, so that a loop of links ends.
 */
export async function readFiles(paths: readonly string[], options: ReadFilesOptions = {}): Promise<ReadFilesResult> {
  const reader = new FileReader(options);
  for (const each of paths) await reader.read(each);
  return { files: [...reader.files.values()], problems: reader.problems };
}

class FileReader {
  readonly files = new Map<string, ReadText>();
  readonly problems: Problem[] = [];
  readonly #options: ReadFilesOptions;
  readonly #io: FileAccess;
  readonly #maximumFiles: number;
  readonly #maximumBytes: number;
  #isFull = false;

  constructor(options: ReadFilesOptions) {
    this.#options = options;
    this.#io = options.blocks === true ? atOnceHere : inBackground;
    this.#maximumFiles = options.maximumFiles ?? 20_000;
    this.#maximumBytes = options.maximumBytes ?? 10 * 1024 * 1024;
  }

  async read(argument: string): Promise<void> {
    if (argument === '-') {
      const text = (await this.#options.stdin?.()) ?? '';
      this.files.set(stdinUri, { uri: stdinUri, text: withoutMark(text) });
      return;
    }
    const full = path.resolve(this.#options.directory ?? process.cwd(), argument);
    const stats = await this.#io.stat(full).catch(() => undefined);
    if (stats?.isDirectory()) await this.#readFolder(full, 0, isYamlFile);
    else if (stats) await this.#readFile(full, true);
    else if (isGlob(argument)) await this.#readGlob(full, argument);
    else this.problems.push({ path: argument, message: `There is no file or folder ${argument}.`, isFatal: true });
  }

  async #readGlob(full: string, argument: string): Promise<void> {
    const pattern = globPattern(full);
    const before = this.files.size;
    await this.#readFolder(globRoot(full), 0, (file) => pattern.test(file.split(path.sep).join('/')));
    if (this.files.size > before) return;
    this.problems.push({ path: argument, message: `No file matches ${argument}.`, isFatal: true });
  }

  async #readFolder(folder: string, depth: number, accepts: (file: string) => boolean): Promise<void> {
    if (depth > maximumDepth || this.#isFull) return;
    let waiting: string[] = [];
    const readWaiting = async (): Promise<void> => {
      const found = await Promise.all(waiting.map((full) => this.#textOf(full, false)));
      for (const [index, full] of waiting.entries()) this.#add(full, found[index]);
      waiting = [];
    };
    this.#options.signal?.throwIfAborted();
    const entries = await this.#io.entries(folder).catch((error: unknown) => {
      this.problems.push({ path: folder, message: reason(error), isFatal: depth === 0 });
      return [];
    });
    for (const entry of entries.sort((a, b) => compareText(a.name, b.name))) {
      const full = path.join(folder, entry.name);
      if (entry.isDirectory()) {
        if (ignoredFolders.has(entry.name)) continue;
        await readWaiting();
        await this.#readFolder(full, depth + 1, accepts);
      } else if (accepts(full)) {
        waiting.push(full);
        if (waiting.length === atOnce) await readWaiting();
      }
      if (this.#isFull) return;
    }
    await readWaiting();
  }

  async #readFile(full: string, isNamed: boolean): Promise<void> {
    this.#add(full, await this.#textOf(full, isNamed));
  }

  #add(full: string, read: string | Problem | undefined): void {
    const uri = pathToFileURL(full).href;
    if (read === undefined || this.files.has(uri) || this.#isFull) return;
    if (this.files.size >= this.#maximumFiles) {
      this.#isFull = true;
      const message = `More than ${String(this.#maximumFiles)} files; the others were not read.`;
      this.problems.push({ path: full, message, isFatal: false });
    } else if (typeof read === 'string') this.files.set(uri, { uri, text: withoutMark(read) });
    else this.problems.push(read);
  }

  /** Undefined for what is no file. */
  async #textOf(full: string, isNamed: boolean): Promise<string | Problem | undefined> {
    try {
      const target = await this.#io.stat(full);
      if (target.isDirectory() && (await this.#io.lstat(full)).isSymbolicLink()) return undefined;
      // Devices and pipes may never end.
      if (!target.isFile()) return undefined;
      if (target.size > this.#maximumBytes) {
        const message = `${full} is larger than ${String(this.#maximumBytes)} bytes and was not read.`;
        return { path: full, message, isFatal: isNamed };
      }
      return await this.#io.readText(full);
    } catch (error) {
      return { path: full, message: reason(error), isFatal: isNamed };
    }
  }
}

export function isYamlFile(file: string): boolean {
  return yamlName.test(file);
}

export async function isFolder(place: string): Promise<boolean> {
  const stats = await lstat(place).catch(() => undefined);
  return stats?.isDirectory() === true;
}

/** Whether something lies where reading one of the folders does not look. */
export function isLeftOut(place: string, folders: readonly string[]): boolean {
  const relative = folders
    .map((folder) => path.relative(folder, place))
    .filter((each) => !/^\.\.(?:$|[\\/])/.test(each));
  return relative.length > 0 && relative.every((each) => each.split(path.sep).some((name) => ignoredFolders.has(name)));
}

/** Editors do not show the byte order mark, so positions must not count it. */
function withoutMark(text: string): string {
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
