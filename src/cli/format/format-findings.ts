import type { AnalyzeResult } from '../../shared/diagnostics.ts';
import { formatGithub } from './findings-github.ts';
import type { FileTexts, FindingsOptions } from './findings-options.ts';
import { formatText } from './findings-text.ts';

/** Beside SARIF, which lists all rules and is given them. */
export type FindingsFormat = 'text' | 'json' | 'github';

/** Writes the result of an analysis for people, scripts or CI logs. Ends with a line break. */
export function formatFindings(
  format: FindingsFormat,
  result: AnalyzeResult,
  texts: FileTexts,
  options: FindingsOptions = {},
): string {
  switch (format) {
    case 'text':
      return formatText(result, texts, options);
    case 'json':
      return `${JSON.stringify(result, null, 2)}\n`;
    case 'github':
      return formatGithub(result, options);
  }
}
