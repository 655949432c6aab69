import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { applyEdits } from '../engine/policy/fixes/apply-edits.ts';
import { preferredFixes } from '../engine/policy/fixes/preferred-fixes.ts';
import type { AnalyzeResult } from '../shared/diagnostics.ts';
import type { EngineParams } from '../shared/engine-protocol.ts';
import { type CommandIo, UsageError } from './command.ts';
import { fileName } from './format/file-name.ts';
import type { FileTexts } from './format/findings-options.ts';

type Question = EngineParams<'mesh/analyze'>;

/** What is left after the fixes, and the texts that it is in. */
interface Found {
  readonly result: AnalyzeResult;
  readonly texts: FileTexts;
}

/** A fix may bring to light what another fixes; two that undo each other end here. */
const maximumPasses = 10;

const byteOrderMark = Buffer.from('\uFEFF');

/**
 * Makes the preferred fix of each finding that has one, as "fix all" of the editor does, again until there is nothing more,
 * and writes the files that changed. Says how many on the error stream.
 * @throws UsageError after the rest is written, where a file cannot be: it holds what is no text, or has changed meanwhile.
 */
export async function fixFiles(
  question: Question,
  analyze: (question: Question) => Promise<Found>,
  io: Pick<CommandIo, 'cwd' | 'err'>,
): Promise<Found> {
  const named = question.configuration ? pathToFileURL(question.configuration).href : undefined;
  let found = await analyze(question);
  // A configuration by another name would be read as one more document.
  const before = new Map([...found.texts].filter(([uri]) => uri !== named));
  const texts = new Map(before);
  let fixed = 0;
  for (let pass = 0; pass < maximumPasses; pass++) {
    const fixedNow = fixOnce(found.result, texts);
    if (fixedNow === 0) break;
    fixed += fixedNow;
    const resources = [...texts].map(([uri, text]) => ({ uri, text }));
    found = await analyze({ ...question, files: [], resources });
  }
  const changed = [...texts].filter(([uri, text]) => text !== before.get(uri));
  const problems = changed.flatMap(([uri, text]) => write(uri, before.get(uri) ?? '', text, io.cwd) ?? []);
  const written = changed.length - problems.length;
  if (problems.length > 0) throw new UsageError([...problems, `${countOf(written, 'file')} written.`].join('\n'));
  io.err(fixed === 0 ? 'Nothing to fix.\n' : `Fixed ${countOf(fixed, 'finding')} in ${countOf(written, 'file')}.\n`);
  return found;
}

/** How many findings the fixes were for. */
function fixOnce({ diagnostics }: AnalyzeResult, texts: Map<string, string>): number {
  let fixed = 0;
  for (const [uri, text] of texts) {
    const fixes = preferredFixes(diagnostics, uri);
    if (!fixes) continue;
    const after = applyEdits(text, fixes.edits);
    if (after === text) continue;
    texts.set(uri, after);
    fixed += fixes.diagnostics.length;
  }
  return fixed;
}

/** Undefined when it is written, else why not. Nothing is lost: what is there now must be what was analyzed. */
function write(uri: string, before: string, after: string, cwd: string): string | undefined {
  const name = fileName(uri, cwd);
  try {
    const file = fileURLToPath(uri);
    const present = readFileSync(file);
    // What was analyzed lacks the mark of byte order that a file may begin with.
    const mark = present.subarray(0, 3).equals(byteOrderMark) ? '\uFEFF' : '';
    if (present.toString('utf8') !== mark + before)
      return `${name} has changed meanwhile and was left alone. Run it again.`;
    if (!Buffer.from(mark + before).equals(present))
      return `${name} is not valid UTF-8 and was left alone. Save it as UTF-8 and run it again.`;
    writeFileSync(file, mark + after);
    return undefined;
  } catch (error) {
    return `${name} was not written: ${error instanceof Error ? error.message : String(error)}.`;
  }
}

function countOf(count: number, what: string): string {
  return `${String(count)} ${what}${count === 1 ? '' : 's'}`;
}
