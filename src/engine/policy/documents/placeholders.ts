/** Tells values that something fills in before an object is applied, such as `${HOST}`: what they will be nobody knows. */
import { isRecord } from '../../../shared/untrusted.ts';

/**
 * `${NAME}` and `${NAME:=default}` of envsubst and Flux, `$(NAME)` of Kustomize and pipelines, `{{ name }}` of templates,
 * `<name>` of documentation, but not the named group of a regular expression, `#{NAME}#` and `__NAME__` of pipelines, and
 * what SOPS encrypted. A bare `$NAME` is one only in a text without spaces.
 */
const placeholder =
  /\$\{[A-Za-z_][^{}]*\}|\$\([A-Za-z_][\w.-]*\)|\{\{[^{}]*\}\}|(?<!\?P?)<[A-Za-z][\w. -]*>|\$(?<=^\S*\$)[A-Z_][A-Z0-9_]*(?=\S*$)|#\{[^{}]+\}|__[A-Z][A-Z0-9_]*__|ENC\[AES256_GCM,[^\]]*\]/;

/** Deeper than objects are. */
const deepest = 100;

const everyPlaceholder = new RegExp(placeholder, 'g');

/** What a text with placeholders may become: any text stands in the place of each. */
export function filledIn(text: string): RegExp {
  const parts = text.split(everyPlaceholder).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));
  return new RegExp(`^${parts.join('.+')}$`);
}

export function hasPlaceholder(text: string): boolean {
  return placeholder.test(text);
}

/** Whether any text in the value has one. */
export function holdsPlaceholder(value: unknown, depth = 0): boolean {
  if (typeof value === 'string') return hasPlaceholder(value);
  if (depth > deepest) return false;
  if (Array.isArray(value)) return value.some((item) => holdsPlaceholder(item, depth + 1));
  return (
    isRecord(value) && Object.keys(value).some((key) => hasPlaceholder(key) || holdsPlaceholder(value[key], depth + 1))
  );
}
