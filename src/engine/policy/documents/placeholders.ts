/** Tells values that something fills in before an object is applied, such as `${HOST}`: what they will be nobody knows. */
import { isRecord } from '../../../shared/untrusted.ts';

/**
 * `${NAME}` and `${NAME:=default}` of envsubst and Flux, `$(NAME)` of Kustomize and pipelines, `{{ name }}` of templates,
 * `<name>` of documentation, but not the named group of a regular expression, `#{NAME}#` and `__NAME__` of pipelines, and
 * what SOPS encrypted. A bare `$NAME` is one only in a text without spaces.
 */
const placeholder =
  /\$\{[A-Za-z_][^{}]*\}|\$\([A-Za-z_][\w.-]*\)|\{\{[^{}]*\}\}|(?<!\?P?)<[A-Za-z][\w. -]*>|#\{[^{}]+\}|__[A-Z][A-Z0-9_]*__|ENC\[AES256_GCM,[^[\]]*\]/;
const placeholderInWord = new RegExp(String.raw`${placeholder.source}|\$[A-Z_][A-Z0-9_]*`);

const placeholderOf = (text: string): RegExp => (/\s/.test(text) ? placeholder : placeholderInWord);

/** Deeper than objects are. */
const deepest = 100;

/**
 * Tells what a text with placeholders may become: any text but the empty one stands in the place of each. Who writes the text
 * writes a pattern, so it is looked through once, without a regular expression.
 */
export function filledIn(text: string): (other: string) => boolean {
  const [first = '', ...parts] = text.split(placeholderOf(text));
  const last = parts.pop();
  if (last === undefined) return (other) => other === text;
  return (other) => {
    let at = first.length;
    if (!other.startsWith(first)) return false;
    for (const part of parts) {
      const found = other.indexOf(part, at + 1);
      if (found < 0) return false;
      at = found + part.length;
    }
    return at + 1 + last.length <= other.length && other.endsWith(last);
  };
}

/** In each of them; nearly no text has one of these. */
const sign = /[$<{[]|__/;

export function hasPlaceholder(text: string): boolean {
  return sign.test(text) && placeholderOf(text).test(text);
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
