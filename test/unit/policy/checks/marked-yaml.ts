/**
 * Fixtures say in comments what must be found: carets under the characters, then the code. Others set the mesh and the
 * rules; what follows `# cluster: NAME` is not in the file but in that cluster.
 */
import type { RuleSettings } from '../../../../src/shared/rule-settings.ts';
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
  readonly rules: RuleSettings;
  readonly clusters: readonly { readonly context: string; readonly text: string }[];
}

const carets = /^(#\s*)(\^+) (MESH\d{4})$/;
/** Where carets would stand in the place of the `#`: `#0-4 MESH1201`. */
const columns = /^#(\d+)-(\d+) (MESH\d{4})$/;

const severities = ['error', 'warning', 'information', 'hint', 'off'] as const;

export function readMarkedYaml(whole: string): MarkedYaml {
  const [text = '', ...others] = whole.split(/^# cluster: /m);
  const clusters = others.map((part) => {
    const end = part.indexOf('\n');
    return { context: part.slice(0, end), text: part.slice(end + 1) };
  });
  const expected: ExpectedFinding[] = [];
  const settings: Record<string, unknown> = {};
  const rules: Record<string, (typeof severities)[number]> = {};
  let target = 0;
  for (const [line, content] of text.split('\n').entries()) {
    const caret = carets.exec(content);
    const column = columns.exec(content);
    const setting = /^# settings: (\w+)=(\S+)$/.exec(content);
    if (setting?.[1] !== undefined && setting[2] !== undefined) {
      settings[setting[1]] = setting[2].startsWith('{') ? JSON.parse(setting[2]) : setting[2];
    }
    const rule = /^# rules: ([\w-]+)=(\w+)$/.exec(content);
    const severity = severities.find((name) => name === rule?.[2]);
    if (rule?.[1] !== undefined && severity) rules[rule[1]] = severity;
    if (caret) {
      const start = (caret[1] ?? '').length;
      expected.push({ code: caret[3] ?? '', line: target, start, end: start + (caret[2] ?? '').length });
    } else if (column) {
      expected.push({ code: column[3] ?? '', line: target, start: Number(column[1]), end: Number(column[2]) });
    } else target = line;
  }
  return { text, expected, settings, rules, clusters };
}
