/** Keeps findings in a folder, under all that they depend on: the same question of the same files has its answer there. */
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { readFiles } from '../engine/discovery/workspace/read-files.ts';
import type { AnalyzeResult } from '../shared/diagnostics.ts';
import type { EngineParams } from '../shared/engine-protocol.ts';
import { fieldOf, isRecord } from '../shared/untrusted.ts';

type Question = EngineParams<'mesh/analyze'>;

interface Answer {
  readonly result: AnalyzeResult;
  readonly texts: ReadonlyMap<string, string>;
}

/** Answers that are kept; older ones make room. */
const maximumAnswers = 32;
const day = 86_400_000;

export class FindingsCache {
  readonly #file: string;
  readonly #texts: ReadonlyMap<string, string>;

  private constructor(file: string, texts: ReadonlyMap<string, string>) {
    this.#file = file;
    this.#texts = texts;
  }

  /** Undefined where the files cannot be read as they are: the analysis says why. */
  static async of(folder: string, question: Question, now: number): Promise<FindingsCache | undefined> {
    const { files = [], resources = [], configuration, ...settings } = question;
    const read = await readFiles([...files, ...(configuration ? [configuration] : [])], { blocks: true });
    if (read.problems.length > 0) return undefined;
    const texts = new Map([...read.files, ...resources].map(({ uri, text }) => [uri, text]));
    // Certificates expire, which is said by the day here.
    const parts = [await programIdentity(), Math.floor(now / day), settings, configuration, [...texts]];
    const key = createHash('sha256').update(JSON.stringify(parts)).digest('hex');
    return new FindingsCache(path.join(folder, `${key}.json`), texts);
  }

  /** What was found before; undefined where nothing was, or it cannot be read. */
  async kept(): Promise<Answer | undefined> {
    try {
      const result: unknown = JSON.parse(await readFile(this.#file, 'utf8'));
      return isResult(result) ? { result, texts: this.#texts } : undefined;
    } catch {
      return undefined;
    }
  }

  /** @throws where the folder cannot be written. */
  async keep(result: AnalyzeResult): Promise<void> {
    const folder = path.dirname(this.#file);
    await mkdir(folder, { recursive: true });
    // Somebody else may read or write it now: it is there as a whole or not at all.
    const draft = path.join(folder, `${randomUUID()}.draft`);
    await writeFile(draft, JSON.stringify(result));
    await rename(draft, this.#file);
    await removeOldest(folder);
  }
}

/** Another build of the program may find something else. In the bundle the name of this file says what all of it is. */
async function programIdentity(): Promise<string> {
  const file = fileURLToPath(import.meta.url);
  const { size, mtimeMs } = await stat(file);
  return `${path.basename(file)} ${String(size)} ${String(mtimeMs)}`;
}

function isResult(value: unknown): value is AnalyzeResult {
  return isRecord(value) && Array.isArray(value.diagnostics) && typeof fieldOf(value, 'documents') === 'number';
}

async function removeOldest(folder: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => /^[0-9a-f]{64}\.json$/.test(name));
  if (names.length <= maximumAnswers) return;
  const aged = await Promise.all(
    names.map(async (name) => {
      const file = path.join(folder, name);
      return {
        file,
        time: await stat(file).then(
          ({ mtimeMs }) => mtimeMs,
          () => 0,
        ),
      };
    }),
  );
  aged.sort((a, b) => b.time - a.time);
  await Promise.all(aged.slice(maximumAnswers).map(({ file }) => rm(file, { force: true })));
}
