import type { AnalyzeResult, Diagnostic, Severity } from '../../shared/diagnostics.ts';
import type { Range } from '../../shared/text.ts';
import type { Style } from './ansi.ts';
import { painter, printable } from './ansi.ts';
import { fileName } from './file-name.ts';
import type { FileTexts, FindingsOptions } from './findings-options.ts';

const styles: Readonly<Record<Severity, Style>> = {
  error: 'red',
  warning: 'yellow',
  information: 'blue',
  hint: 'cyan',
};

/** Longest part of a line that is shown. */
const frameWidth = 160;

/**
 * For people:
 *
 * ```
 * error[MESH1203]: No service `reviewz` in namespace `bookinfo`. Did you mean `reviews`?
 *   --> route.yaml:12:19  VirtualService bookinfo/reviews
 *    |
 * 12 |             host: reviewz
 *    |                   ^^^^^^^
 * ```
 */
export function formatText(result: AnalyzeResult, texts: FileTexts, options: FindingsOptions = {}): string {
  const lines = new Map<string, readonly string[]>();
  const linesOf = (uri: string): readonly string[] => {
    let known = lines.get(uri);
    if (!known) lines.set(uri, (known = (texts.get(uri) ?? '').split(/\r\n|\n|\r/)));
    return known;
  };
  const blocks = result.diagnostics.map((diagnostic) => formatOne(diagnostic, linesOf, options));
  return `${[...blocks, summary(result, options)].join('\n\n')}\n`;
}

function formatOne(
  diagnostic: Diagnostic,
  linesOf: (uri: string) => readonly string[],
  { color = false, cwd }: FindingsOptions,
): string {
  const paint = painter(color);
  const { severity, code, rule, message, uri, range, resource, related, fixes } = diagnostic;
  const style = styles[severity];
  const place = `${fileName(uri, cwd)}:${String(range.start.line + 1)}:${String(range.start.character + 1)}`;
  const about = resource
    ? `  ${resource.kind} ${resource.namespace ? `${resource.namespace}/` : ''}${resource.name}`
    : '';
  const title = fixes.find(({ isPreferred }) => isPreferred === true)?.title ?? fixes[0]?.title;
  return [
    `${paint(`${severity}[${code}]`, 'bold', style)}${paint(`: ${printable(message)}`, 'bold')}`,
    `  ${paint('-->', 'blue')} ${printable(place)}${paint(printable(about), 'dim')}`,
    ...codeFrame(
      linesOf(uri),
      range,
      (text) => paint(text, 'bold', style),
      (text) => paint(text, 'blue'),
    ),
    ...(title === undefined ? [] : [`  ${paint('fix:', 'cyan')} ${printable(title)}`]),
    ...related.map(({ message: why, location }) => {
      const at = `${fileName(location.uri, cwd)}:${String(location.range.start.line + 1)}`;
      return paint(`  see ${printable(at)}: ${printable(why)}`, 'dim');
    }),
    paint(`  rule: ${rule}`, 'dim'),
  ].join('\n');
}

type Paint = (text: string) => string;

/** The first line of the range with the characters marked. */
function codeFrame(lines: readonly string[], range: Range, mark: Paint, gutter: Paint): readonly string[] {
  const line = lines[range.start.line];
  if (line === undefined || line.trim() === '') return [];
  const number = String(range.start.line + 1);
  const margin = ' '.repeat(number.length);
  const { character } = range.start;
  const lineEnd = range.end.line === range.start.line ? range.end.character : line.length;
  // Of a very long line, the part around the place is shown.
  const cut = character > frameWidth - 40 ? character - 40 : 0;
  const shown = printable(line.slice(cut, cut + frameWidth));
  const end = Math.min(Math.max(lineEnd, character + 1), cut + frameWidth);
  const carets = '^'.repeat(Math.max(1, displayWidth(line.slice(character, end))));
  const indent = ' '.repeat(displayWidth(line.slice(cut, character)));
  const bar = gutter(`${margin} |`);
  return [bar, `${gutter(`${number} |`)} ${shown}`, `${bar} ${indent}${mark(carets)}`];
}

/** Columns a terminal uses: wide characters take two, combining ones none. */
function displayWidth(text: string): number {
  let width = 0;
  for (const sign of text) {
    if (/\p{Mn}|\u200d|\ufe0f/u.test(sign)) continue;
    width +=
      /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Extended_Pictographic}/u.test(
        sign,
      )
        ? 2
        : 1;
  }
  return width;
}

function summary({ diagnostics, documents }: AnalyzeResult, { color = false }: FindingsOptions): string {
  const paint = painter(color);
  if (documents === 0) return 'Nothing was checked: there is no YAML here.';
  const read = `${String(documents)} document${documents === 1 ? '' : 's'} read`;
  if (diagnostics.length === 0) return `No findings, ${read}.`;
  const counts = (['error', 'warning', 'information', 'hint'] as const).flatMap((severity) => {
    const count = diagnostics.filter((diagnostic) => diagnostic.severity === severity).length;
    return count === 0 ? [] : [paint(countOf(count, severity), styles[severity])];
  });
  return `${counts.join(', ')}; ${read}.\n${paint(`What a rule means: meshlens explain RULE${fixable(diagnostics)}`, 'dim')}`;
}

function fixable(diagnostics: AnalyzeResult['diagnostics']): string {
  const count = diagnostics.filter(({ fixes }) => fixes.some(({ isPreferred }) => isPreferred === true)).length;
  return count === 0 ? '' : `; ${String(count)} can be fixed with --fix`;
}

function countOf(count: number, severity: Severity): string {
  const plural = count === 1 || severity === 'information' ? severity : `${severity}s`;
  return `${String(count)} ${plural}`;
}
