/** Values in authorization rules: what is wrong with one, to be said after it. */

const longestAccount = 320;

export function serviceAccountProblem(value: string): string | undefined {
  if (value.includes('*')) return 'may have no `*`: service accounts are compared whole';
  if (value.length > longestAccount) return `is longer than ${String(longestAccount)} characters`;
  const parts = value.split('/');
  return parts.length > 2 || parts.includes('') ? 'is neither `name` nor `namespace/name`' : undefined;
}

/** A text that may have one `*`, at its beginning or end. */
export function wildcardProblem(value: string): string | undefined {
  const stars = value.split('*').length - 1;
  if (stars > 1) return 'may have one `*` only';
  return stars === 0 || value.startsWith('*') || value.endsWith('*')
    ? undefined
    : 'may have a `*` at its beginning or end only';
}

export function trustDomainProblem(value: string): string | undefined {
  return wildcardProblem(value) ?? (value.includes('/') ? 'is no trust domain: it has a slash' : undefined);
}

export function portProblem(value: string): string | undefined {
  const isNumber = /^\d{1,10}$/.test(value) && Number(value) <= 65535;
  return isNumber ? undefined : 'is no port: ports are numbers up to 65535';
}

/** Templates have `{*}` for one segment and `{**}` for all that follow. */
export function pathTemplateProblem(path: string): string | undefined {
  const isTemplate = path.includes('{*}') || path.includes('{**}');
  let isOver = false;
  for (const segment of path.replace(/^\/+|\/+$/g, '').split('/')) {
    if (segment === '{*}' || segment === '{**}') {
      if (isOver) return 'has another template after `{**}`, which must be the last';
      isOver = segment === '{**}';
    } else if (/[{}]/.test(segment)) {
      return 'has braces around something other than `{*}` and `{**}` as whole segments';
    } else if (isTemplate && !/^[a-zA-Z0-9\-._~%!$&'()+,;:@=]+$/.test(segment)) {
      return `has the segment \`${segment}\`, which a template cannot have`;
    }
  }
  return undefined;
}

/** `request.headers[x-user]`: something in brackets. */
export function bracketProblem(key: string): string | undefined {
  const open = key.indexOf('[');
  return key.endsWith(']') && open > 0 && open < key.length - 2
    ? undefined
    : 'needs a name in brackets, as in `request.headers[x-user]`';
}
