import type { AnalyzeResult, Severity } from '../../shared/diagnostics.ts';
import { fileName } from './file-name.ts';
import type { FindingsOptions } from './findings-options.ts';

const commands: Readonly<Record<Severity, string>> = {
  error: 'error',
  warning: 'warning',
  information: 'notice',
  hint: 'notice',
};

/** Workflow commands that GitHub Actions turns into annotations of the files. */
export function formatGithub(result: AnalyzeResult, { cwd }: FindingsOptions = {}): string {
  return result.diagnostics
    .map(({ severity, code, rule, message, uri, range }) => {
      const isOneLine = range.end.line === range.start.line;
      const properties = [
        ['file', fileName(uri, cwd).replaceAll('\\', '/')],
        ['line', String(range.start.line + 1)],
        ['endLine', String(range.end.line + 1)],
        // Columns are refused where the lines differ.
        ...(isOneLine
          ? [
              ['col', String(range.start.character + 1)],
              ['endColumn', String(Math.max(range.end.character, range.start.character + 1) + 1)],
            ]
          : []),
        ['title', `${code} ${rule}`],
      ];
      const list = properties.map(([name, value]) => `${name ?? ''}=${escapeProperty(value ?? '')}`).join(',');
      return `::${commands[severity]} ${list}::${escapeData(message)}\n`;
    })
    .join('');
}

/** As `@actions/core` escapes what follows the second `::`. */
function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
