/** Fixtures say in comments what must be found: carets under the characters, then the code. */
import type { MeshSettings } from '../../../../src/shared/mesh-settings.ts';

export interface ExpectedFinding {
  readonly code: string;
  readonly line: number;
  readonly start: number;
  readonly end: number;
}

export interface MarkedYaml {
  readonly text: string;
  readonly expected: readonly ExpectedFinding[];
  readonly settings: MeshSettings;
}

const carets = /^(#\s*)(\^+) (MESH\d{4})$/;
/** Where carets would stand in the place of the `#`: `#0-4 MESH1201`. */
const columns = /^#(\d+)-(\d+) (MESH\d{4})$/;

export function readMarkedYaml(text: string): MarkedYaml {
  const expected: ExpectedFinding[] = [];
  const settings: Record<string, string> = {};
  let target = 0;
  for (const [line, content] of text.split('\n').entries()) {
    const caret = carets.exec(content);
    const column = columns.exec(content);
    const setting = /^# settings: (\w+)=(\S+)$/.exec(content);
    if (setting?.[1] !== undefined && setting[2] !== undefined) settings[setting[1]] = setting[2];
    if (caret) {
      const start = (caret[1] ?? '').length;
      expected.push({ code: caret[3] ?? '', line: target, start, end: start + (caret[2] ?? '').length });
    } else if (column) {
      expected.push({ code: column[3] ?? '', line: target, start: Number(column[1]), end: Number(column[2]) });
    } else target = line;
  }
  return { text, expected, settings };
}
