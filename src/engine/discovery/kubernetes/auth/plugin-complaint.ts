const maxLength = 300;

/**
 * What a plugin said on its standard error, for people: its last lines, without colours, addresses' queries and anything that
 * may be a secret. Empty where it said nothing.
 */
export function pluginComplaint(stderr: string, secrets: readonly string[]): string {
  let text = stderr
    // The escape sequences of terminals begin with a control character.
    .replace(/\p{Cc}\[[0-9;?]*[A-Za-z]/gu, '')
    .replace(/\p{Cc}+/gu, ' ')
    .trim();
  for (const secret of secrets) if (secret.length >= 4) text = text.replaceAll(secret, '•••');
  text = text
    .replace(
      /(token|passw(?:or)?d|secret|key|authorization|credentials?)(["']?\s*[:=]\s*["']?)(?:bearer\s+)?[^\s"',}]+/gi,
      '$1$2•••',
    )
    .replace(/\b(token|passw(?:or)?d|secret|key|bearer)(\s+)(?=\S*\d)\S+/gi, '$1$2•••')
    .replace(/\?[^\s"']+/g, '?•••')
    .split(' ')
    .map((word) => (looksSecret(word) ? '•••' : word))
    .join(' ');
  return text.length > maxLength ? `…${text.slice(-maxLength)}` : text;
}

/** Tokens are long and mix letters with digits; so are some names, but a name that is hidden harms nobody. */
function looksSecret(word: string): boolean {
  if (/^https?:\/\//.test(word)) return false;
  return word.split(/[/\\:.,;()[\]"'=]/).some((part) => part.length >= 20 && /\d/.test(part) && /[A-Za-z]/.test(part));
}
