/** The scheme of a URL as Go reads it, in lower case; empty for a host or path alone, undefined for what is no URL. */
export function urlScheme(text: string): string | undefined {
  const match = /^([a-zA-Z][-+.a-zA-Z0-9]*):(.*)$/s.exec(text);
  const rest = match?.[2] ?? text;
  if (text === '' || hasForbidden(text) || /%(?![0-9a-fA-F]{2})/.test(text)) return undefined;
  const authority = /^\/\/([^/?#]*)/.exec(rest)?.[1] ?? (match ? '' : /^[^/?#]*/.exec(rest)?.[0]) ?? '';
  const port = /:([^:\]]*)$/.exec(authority.slice(authority.lastIndexOf('@') + 1))?.[1] ?? '';
  return /^\d*$/.test(port) ? (match?.[1]?.toLowerCase() ?? '') : undefined;
}

/** Blanks and control characters. */
function hasForbidden(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) <= 0x20 || text.charCodeAt(at) === 0x7f) return true;
  return false;
}
