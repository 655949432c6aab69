import { stringify } from 'yaml';
import { isPlainString } from '../documents/plain-scalar.ts';

const plain = /^[A-Za-z0-9_/][A-Za-z0-9_./*~^+-]*$/;

/** Writes a scalar so that Kubernetes reads it back as it is, with quotes only where it needs them. */
export function writeScalar(value: string | number | boolean): string {
  if (typeof value !== 'string') return String(value);
  return plain.test(value) && isPlainString(value) ? value : JSON.stringify(value);
}

/** Writes a key of a mapping. */
export function writeKey(key: string): string {
  return writeScalar(key);
}

/** Writes any value in block style, each line but the first indented by `column` spaces. */
export function writeBlock(value: unknown, column: number): string {
  const text = stringify(value, { version: '1.1', lineWidth: 0 }).trimEnd();
  return text.replaceAll('\n', `\n${' '.repeat(column)}`);
}

/** Writes any value on one line, in braces and brackets. */
export function writeFlow(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(writeFlow).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).map(([key, each]) => `${writeKey(key)}: ${writeFlow(each)}`);
    return `{${entries.join(', ')}}`;
  }
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return writeScalar(value);
  return 'null';
}
