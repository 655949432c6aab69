/** Labels as Kubernetes and Istio's webhook admit them. */
import type { Site } from '../sites.ts';

const name = '(?:[A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';
const part = '[a-zA-Z0-9](?:[-a-zA-Z0-9]*[a-zA-Z0-9])?';
const key = new RegExp(`^(?:(${part}(?:\\.${part})*)/)?(${name})$`);
const value = new RegExp(`^(?:${name})?$`);

/** What is wrong with one label of a mapping, and whether with its key; undefined where nothing is. */
export function labelProblem(site: Site): { readonly message: string; readonly part: 'key' | 'value' } | undefined {
  const match = key.exec(site.key);
  if (!match || (match[1]?.length ?? 0) > 253 || (match[2]?.length ?? 0) > 63) {
    const message = `\`${site.key}\` is no key of a label: letters, digits, \`-\`, \`_\` and \`.\`, with a letter or digit at both ends, after an optional \`prefix/\`.`;
    return { message, part: 'key' };
  }
  if (typeof site.value !== 'string' || value.test(site.value)) return undefined;
  const message = `\`${site.value}\` is no value of a label: letters, digits, \`-\`, \`_\` and \`.\`, with a letter or digit at both ends.`;
  return { message, part: 'value' };
}
