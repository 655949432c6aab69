/** Localities, `region/zone/subzone`, in which `*` may stand at the end. */

export interface LocalityProblem {
  readonly index: number;
  readonly message: string;
}

/** The first of the localities that is none, or that another one before it covers or is covered by. */
export function localityProblem(localities: readonly string[]): LocalityProblem | undefined {
  const seen: string[][] = [];
  for (const [index, locality] of localities.entries()) {
    const wildcards = locality.split('*').length - 1;
    if (wildcards > 1 || (wildcards === 1 && !locality.endsWith('*'))) {
      return { index, message: `\`${locality}\` may have one \`*\`, at its end.` };
    }
    const parts = splitLocality(locality);
    if (parts.includes('')) {
      return { index, message: `\`${locality}\` has an empty region, zone or subzone.` };
    }
    const earlier = seen.find((other) => overlap(other, parts));
    if (earlier) {
      return { index, message: `\`${locality}\` overlaps with \`${earlier.join('/')}\`, which is listed too.` };
    }
    seen.push(parts);
  }
  return undefined;
}

/** A subzone may have slashes of its own. */
function splitLocality(locality: string): string[] {
  const [region = '', zone, ...subzone] = locality.split('/');
  return [region, ...(zone === undefined ? [] : [zone]), ...(subzone.length > 0 ? [subzone.join('/')] : [])];
}

/** Whether the earlier one stands for the later one too, or is part of it; a wildcard counts only if it comes first. */
function overlap(earlier: readonly string[], later: readonly string[]): boolean {
  for (let at = 0; at < Math.max(earlier.length, later.length); at++) {
    const [a, b] = [earlier[at], later[at]];
    if (a === undefined || b === undefined || a === '*') return true;
    if (a !== b) return false;
  }
  return true;
}
