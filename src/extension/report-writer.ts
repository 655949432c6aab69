import type { Range } from '../shared/text.ts';

/** A place that a report links to. */
export interface LinkTarget {
  readonly uri: string;
  readonly range?: Range;
}

/** Read-only Markdown and where its links lie: lines and UTF-16 columns, counted from zero. */
export interface Report {
  readonly text: string;
  readonly links: readonly {
    readonly line: number;
    readonly start: number;
    readonly end: number;
    readonly target: LinkTarget;
  }[];
}

/** Writes a report line by line. */
export class ReportWriter {
  readonly #lines: string[] = [];
  readonly #links: Report['links'][number][] = [];

  /** Adds one line; line breaks inside become spaces, so that text from outside cannot forge lines of the report. */
  line(text = ''): this {
    this.#lines.push(text.replace(/[\r\n]+/g, ' '));
    return this;
  }

  /** Adds `before` and then `label` as a link; plain text where there is no target. */
  link(before: string, label: string, target: LinkTarget | undefined): this {
    this.line(before + label);
    if (target) {
      const start = before.replace(/[\r\n]+/g, ' ').length;
      this.#links.push({ line: this.#lines.length - 1, start, end: start + label.length, target });
    }
    return this;
  }

  /** Adds a section heading with an empty line around it. */
  heading(text: string): this {
    if (this.#lines.length > 0) this.line();
    return this.line(`## ${text}`).line();
  }

  /** Adds a fenced block; the fence is longer than any run of backticks inside. */
  block(text: string, language = ''): this {
    const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
    const fence = '`'.repeat(longest + 1);
    this.#lines.push(`${fence}${language}`, ...text.split(/\r\n|\r|\n/), fence);
    return this;
  }

  finish(): Report {
    return { text: `${this.#lines.join('\n')}\n`, links: this.#links };
  }
}
