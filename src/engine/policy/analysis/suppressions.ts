import type { MeshObject } from '../../model/mesh-object.ts';
import type { RuleInfo } from '../checks/check.ts';

/** Names of rules, codes or aliases in lower case; `*` for all. */
type Names = ReadonlySet<string>;

/** What comments of one document switch off. Lines are relative to the document. */
export interface Suppressions {
  readonly file: Names;
  readonly lines: ReadonlyMap<number, Names>;
}

const none: Suppressions = { file: new Set(), lines: new Map() };
const directive = /#\s*meshlens-disable-(next-line|line|file)\b([^\r\n#]*)/;

/** Reads `# meshlens-disable-next-line MESH1203, unknown-host`, `-line` and `-file`; without names: all rules. */
export function readSuppressions(text: string): Suppressions {
  if (!text.includes('meshlens-disable-')) return none;
  const file = new Set<string>();
  const lines = new Map<number, Set<string>>();
  for (const [number, line] of text.split(/\r\n|\n|\r/).entries()) {
    const match = directive.exec(line);
    if (!match) continue;
    const names = namesIn(match[2] ?? '');
    const target = match[1] === 'line' ? number : number + 1;
    const set = match[1] === 'file' ? file : (lines.get(target) ?? new Set<string>());
    for (const name of names) set.add(name);
    if (match[1] !== 'file') lines.set(target, set);
  }
  return { file, lines };
}

/** Rules that an object's annotations switch off: those of istioctl and Kiali are honoured. */
export function annotationSuppresses(object: MeshObject, rule: RuleInfo): boolean {
  const istio = object.annotations['galley.istio.io/analyze-suppress'];
  if (istio !== undefined && covers(namesIn(istio), rule)) return true;
  const kiali = object.annotations['kiali.io/ignore-validations'];
  // An empty value means every validation.
  return kiali !== undefined && covers(kiali.trim() === '' ? new Set(['*']) : namesIn(kiali), rule);
}

export function covers(names: Names, rule: RuleInfo): boolean {
  if (names.size === 0) return false;
  return names.has('*') || [rule.code, rule.rule, ...rule.aliases].some((name) => names.has(name.toLowerCase()));
}

function namesIn(text: string): Names {
  // What follows `--` says why.
  const names = (text.split('--', 1)[0] ?? '').split(/[\s,]+/).filter((name) => name !== '');
  return new Set(names.length > 0 ? names.map((name) => name.toLowerCase()) : ['*']);
}
