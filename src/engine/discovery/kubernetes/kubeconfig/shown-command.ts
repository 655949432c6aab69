const secretName = /(?:secret|passw|token|api-?key|private-?key|credential)/i;
/** Flags whose name only sounds like a secret: they name a place or a kind of it. */
const harmlessName = /(?:file|path|dir|url|uri|type|name|mode|id|ttl|cache|lifetime|duration|endpoint)$/i;
const hidden = '•••';

/**
 * A command as people are shown it: arguments quoted where a shell would need it, the values of flags that are secrets
 * (`--oidc-client-secret=…`) hidden.
 */
export function shownCommand(command: string, args: readonly string[]): string {
  const shown: string[] = [];
  let hideNext = false;
  for (const arg of args) {
    const [, flag, value] = /^(-{1,2}[^=\s]+)(=[\s\S]*)?$/.exec(arg) ?? [];
    const isSecret = flag !== undefined && secretName.test(flag) && !harmlessName.test(flag);
    if (hideNext && flag === undefined) shown.push(hidden);
    else if (isSecret && value !== undefined) shown.push(`${flag}=${hidden}`);
    else shown.push(quoted(arg));
    hideNext = isSecret && value === undefined;
  }
  return [quoted(command), ...shown].join(' ');
}

function quoted(word: string): string {
  const oneLine = word.replace(/\p{Cc}/gu, ' ');
  return /^[\w@%+=:,./\\-]+$/.test(oneLine) ? oneLine : `'${oneLine.replace(/'/g, "'\\''")}'`;
}
