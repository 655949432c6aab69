/** Names of hosts as Istio's webhook admits them: looser than DNS in the case of letters, with wildcards where they may be. */

const label = /^[a-zA-Z0-9](?:[-a-zA-Z0-9]*[a-zA-Z0-9])?$/;
const wildcardLabel = /^(?:\*|(?:\*|\*-)?[a-zA-Z0-9](?:[-a-zA-Z0-9]*[a-zA-Z0-9])?)$/;
const longestLabel = 63;
const longestName = 255;

/** Letters, digits and `-`, with a letter or digit at both ends. */
export function isDnsLabel(text: string): boolean {
  return text.length <= longestLabel && label.test(text);
}

/** What is wrong with a name without wildcard, to follow the name; undefined where nothing is. */
export function hostNameProblem(name: string): string | undefined {
  return lengthProblem(name) ?? labelsProblem(name);
}

/** The same for a name that may begin with a wildcard: `*`, `*.example.com`, `*-canary.example.com`. */
export function wildcardHostProblem(name: string): string | undefined {
  const dot = name.indexOf('.');
  const first = dot < 0 ? name : name.slice(0, dot);
  const isFirstFine = first.length <= longestLabel && wildcardLabel.test(first);
  const rest = dot < 0 ? undefined : name.slice(dot + 1);
  return (
    lengthProblem(name) ??
    (isFirstFine ? undefined : partProblem(first)) ??
    (rest === undefined ? undefined : labelsProblem(rest))
  );
}

/** The same for a service to send traffic to. */
export function destinationHostProblem(name: string): string | undefined {
  return name === '*' ? 'names no service to send traffic to' : wildcardHostProblem(name);
}

/** Whether a wildcard stands for part of a label, as in `*-canary.example.com`. */
export function isPartialWildcard(name: string): boolean {
  return name.length > 1 && name.includes('*') && !name.startsWith('*.');
}

function lengthProblem(name: string): string | undefined {
  if (name === '') return 'is empty';
  return name.length > longestName ? `is longer than ${String(longestName)} characters` : undefined;
}

function labelsProblem(name: string): string | undefined {
  const labels = name.split('.');
  const last = labels.at(-1) ?? '';
  if (/^[-+]?\d+$/.test(last)) return `ends in the number \`${last}\`, which no host name does`;
  // A full stop at the end makes a name unambiguous.
  const written = last === '' && labels.length > 1 ? labels.slice(0, -1) : labels;
  const wrong = written.find((part) => !isDnsLabel(part));
  return wrong === undefined ? undefined : partProblem(wrong);
}

function partProblem(part: string): string {
  if (part === '') return 'has an empty part between dots';
  if (part.length > longestLabel) return `has a part longer than ${String(longestLabel)} characters`;
  if (part.includes('*')) return 'may have a `*` only at its beginning';
  return `is no host name: \`${part}\` may have only letters, digits and \`-\`, with a letter or digit at both ends`;
}
