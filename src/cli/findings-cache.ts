/** Keeps findings in a folder, under all that they depend on: the same question of the same files has its answer there. */
import { createHash, randomUUID } from 'node:crypto';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { readFiles } from '../engine/discovery/workspace/read-files.ts';
import type { AnalyzeResult } from '../shared/diagnostics.ts';
import type { EngineParams } from '../shared/engine-protocol.ts';
import { fieldOf, isRecord } from '../shared/untrusted.ts';

type Question = EngineParams<'mesh/analyze'>;

/** Another build may find something else: this says which it is. Sources, which change, have none. */
declare const meshlensBuild: string | undefined;

/** Findings, and until when they hold: what expires is told by the hour. */
interface Answer {
  readonly result: AnalyzeResult;
  readonly holdsUntil?: number;
}

/** Answers that are kept; those that nobody asked for longest make room. */
const maximumAnswers = 64;
const maximumBytes = 64 * 1024 * 1024;
/** One answer leaves room for others. */
const maximumAnswerBytes = maximumBytes / 8;

export class FindingsCache {
  /** The question with the texts of its files, as they were read for the key. */
  readonly question: Question;
  readonly texts: ReadonlyMap<string, string>;
  readonly #file: string;

  private constructor(file: string, question: Question, texts: ReadonlyMap<string, string>) {
    this.#file = file;
    this.question = question;
    this.texts = texts;
  }

  /** Undefined where the files cannot be read as they are, as the analysis says why, and where nothing says what we are. */
  static async of(folder: string, question: Question): Promise<FindingsCache | undefined> {
    if (typeof meshlensBuild === 'undefined') return undefined;
    const { files = [], resources = [], configuration, ...settings } = question;
    const named = configuration === undefined || configuration === '' ? [] : [configuration];
    const read = await readFiles(files, { blocks: true });
    const readNamed = await readFiles(named, { blocks: true });
    if (read.problems.length > 0 || readNamed.problems.length > 0) return undefined;
    const texts = [...read.files, ...resources];
    const rest = [meshlensBuild, process.version, settings, configuration, readNamed.files];
    const hash = createHash('sha256').update(JSON.stringify(rest));
    // Each with its length, so that nothing in one looks like another.
    for (const { uri, text } of texts) hash.update(`\n${uri} ${String(text.length)}\n`).update(text);
    return new FindingsCache(
      path.join(folder, `${hash.digest('hex')}.json`),
      { ...question, files: [], resources: texts },
      new Map([...texts, ...readNamed.files].map(({ uri, text }) => [uri, text])),
    );
  }

  /** What was found before; undefined where nothing was, it holds no longer, or cannot be read. */
  answer(now: number): (Pick<FindingsCache, 'texts'> & Pick<Answer, 'result'>) | undefined {
    try {
      const answer: unknown = JSON.parse(readFileSync(this.#file, 'utf8'));
      if (!isAnswer(answer) || (answer.holdsUntil !== undefined && now >= answer.holdsUntil)) return undefined;
      utimesSync(this.#file, now / 1000, now / 1000);
      return { result: answer.result, texts: this.texts };
    } catch {
      return undefined;
    }
  }

  /** Nobody but the person may read it, as findings quote files. @throws where the folder cannot be written. */
  keep({ result, holdsUntil }: Answer): void {
    const text = JSON.stringify({ result, holdsUntil });
    if (text.length > maximumAnswerBytes) return;
    const folder = path.dirname(this.#file);
    makeFolder(folder);
    // Somebody else may read or write it now: it is there as a whole or not at all.
    const draft = path.join(folder, `${randomUUID()}.draft`);
    writeFileSync(draft, text, { mode: 0o600, flag: 'wx' });
    renameSync(draft, this.#file);
    removeOldest(folder);
  }
}

/** Node makes folders within folders itself, but never ends where the system says of one that is there that it is not. */
function makeFolder(folder: string): void {
  const above = path.dirname(folder);
  if (above !== folder && !existsSync(above)) makeFolder(above);
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    // Also where somebody else has just made it.
    if (!existsSync(folder)) throw error;
  }
}

function isAnswer(value: unknown): value is Answer {
  const result = fieldOf(value, 'result');
  const holdsUntil = fieldOf(value, 'holdsUntil');
  return (
    isRecord(result) &&
    Array.isArray(result.diagnostics) &&
    typeof result.documents === 'number' &&
    (holdsUntil === undefined || typeof holdsUntil === 'number')
  );
}

interface KeptFile {
  readonly file: string;
  readonly time: number;
  readonly bytes: number;
}

/** Drafts, which somebody may still be writing, count as the answers that they are to become. */
function removeOldest(folder: string): void {
  const names = readdirSync(folder).filter((name) => /^(?:[0-9a-f]{64}\.json|[0-9a-f-]{36}\.draft)$/.test(name));
  const kept = names.flatMap((name) => keptFile(path.join(folder, name)));
  kept.sort((a, b) => b.time - a.time);
  let bytes = 0;
  for (const [index, each] of kept.entries()) {
    bytes += each.bytes;
    if (index >= maximumAnswers || bytes > maximumBytes) rmSync(each.file, { force: true });
  }
}

/** Nothing where somebody else removed it meanwhile. */
function keptFile(file: string): readonly KeptFile[] {
  try {
    const { mtimeMs, size } = lstatSync(file);
    return [{ file, time: mtimeMs, bytes: size }];
  } catch {
    return [];
  }
}
