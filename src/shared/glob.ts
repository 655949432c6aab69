/** Path patterns as in shells: `*` and `?` within one name, `**` across folders, `{a,b}` alternatives. */
export function isGlob(pattern: string): boolean {
  return /[*?{]/.test(pattern);
}

/** The folder above the first part that has a wildcard. */
export function globRoot(pattern: string): string {
  const parts = pattern.split(/[\\/]/);
  const fixed = parts.slice(
    0,
    Math.max(
      1,
      parts.findIndex((part) => isGlob(part)),
    ),
  );
  return fixed.join('/') || '/';
}

/** Matches whole paths with `/` between names. */
export function globPattern(pattern: string): RegExp {
  return new RegExp(`^${globSource(pattern)}$`);
}

/** A regular expression of such a pattern, in the syntax that JavaScript and RE2 share. */
export function globSource(pattern: string): string {
  let source = '';
  let groups = 0;
  const text = pattern.replaceAll('\\', '/');
  for (let at = 0; at < text.length; at++) {
    const sign = text.charAt(at);
    if (text.startsWith('**/', at)) {
      source += '(?:[^/]+/)*';
      at += 2;
    } else if (text.startsWith('**', at)) {
      source += '.*';
      at++;
    } else if (sign === '*') source += '[^/]*';
    else if (sign === '?') source += '[^/]';
    else if (sign === '{') {
      source += '(?:';
      groups++;
    } else if (sign === '}' && groups > 0) {
      source += ')';
      groups--;
    } else if (sign === ',' && groups > 0) source += '|';
    else source += sign.replace(/[.+^$()|[\]{}\\]/g, '\\$&');
  }
  return source + ')'.repeat(groups);
}
