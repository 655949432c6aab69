import type { AnalyzeResult } from '../../shared/diagnostics.ts';
import { formatGithub } from './findings-github.ts';
import type { FileTexts, FindingsOptions } from './findings-options.ts';
import { formatSarif } from './findings-sarif.ts';
import { formatText } from './findings-text.ts';

export type FindingsFormat = 'text' | 'json' | 'sarif' | 'github';

/** Writes the result of an analysis for people, scripts, code scanning or CI logs. Ends with a line break. */
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
    case 'sarif':
      return formatSarif(result, options);
    case 'github':
      return formatGithub(result, options);
  }
}
