/** Names and values of HTTP headers as Istio's webhook admits them. */

const token = /^[-!#$%&'*+.^_`|~A-Za-z0-9]+$/;
const pseudoHeaders = new Set([':method', ':scheme', ':authority', ':path', ':status']);
const claimPrefix = '@request.auth.claims';

export function isHeaderName(name: string): boolean {
  return token.test(name);
}

/** Whether a match on headers is one on a claim of a token: `@request.auth.claims.group` or `…[group]`. */
export function isClaimName(name: string): boolean {
  if (!name.toLowerCase().startsWith(claimPrefix)) return false;
  const rest = name.slice(claimPrefix.length);
  return (rest.startsWith('.') && rest.length > 1) || (/^\[.*\]$/s.test(rest) && rest.length > 2);
}

/** Whether a match may name this header. */
export function isMatchableHeader(name: string): boolean {
  return isClaimName(name) || pseudoHeaders.has(name) || isHeaderName(name);
}

export function isAuthorityHeader(name: string): boolean {
  return name.toLowerCase() === ':authority' || name.toLowerCase() === 'host';
}

/** Whether a header may be changed; that of the host only by `set` and `add` of requests. */
export function isChangeableHeader(name: string, canBeAuthority: boolean): boolean {
  if (name === '') return false;
  if (isAuthorityHeader(name)) return canBeAuthority;
  return !name.startsWith(':');
}

type Expecting = 'literal' | 'name' | 'arguments' | 'item' | 'text' | 'delimiter' | 'closing' | 'end';

/** What is wrong with a value in which `%NAME%` and `%NAME(arguments)%` stand for what Envoy knows; `%%` for a `%`. */
export function headerValueProblem(value: string): string | undefined {
  if (hasControl(value)) return 'has a control character';
  let expecting: Expecting = 'literal';
  for (let at = 0; at < value.length; at++) {
    const character = value.charAt(at);
    const isLast = at + 1 === value.length;
    if (expecting === 'literal') {
      if (character !== '%') continue;
      if (isLast) return 'ends in a single `%`; write `%%` for a percent sign';
      if (value.charAt(at + 1) === '%') at++;
      else expecting = 'name';
    } else if (expecting === 'text' && character === '\\') {
      if (isLast) return 'ends in a backslash';
      at++;
    } else {
      const next = following(expecting, character);
      if (next === undefined) return `has an unexpected \`${character}\` in what stands between two \`%\``;
      expecting = next;
    }
  }
  return expecting === 'literal' ? undefined : 'has a `%` without a second one; write `%%` for a percent sign';
}

/** What comes after the character inside `%…%`; undefined where the character may not stand there. */
function following(expecting: Exclude<Expecting, 'literal'>, character: string): Expecting | undefined {
  switch (expecting) {
    case 'name':
      return character === '%' ? 'literal' : character === '(' ? 'arguments' : 'name';
    case 'arguments':
      return character === '[' ? 'item' : character === ' ' ? 'arguments' : 'text';
    case 'item':
      return character === '"' ? 'text' : character === ' ' ? 'item' : undefined;
    case 'text':
      return character === ')' ? 'end' : character === '"' ? 'delimiter' : 'text';
    case 'delimiter':
      return character === ',' ? 'item' : character === ']' ? 'closing' : character === ' ' ? 'delimiter' : undefined;
    case 'closing':
      return character === ')' ? 'end' : character === ' ' ? 'closing' : undefined;
    case 'end':
      return character === '%' ? 'literal' : character === ' ' ? 'end' : undefined;
  }
}

function hasControl(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if ((code < 0x20 && code !== 0x09) || code === 0x7f) return true;
  }
  return false;
}
