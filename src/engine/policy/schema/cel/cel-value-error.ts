const start = 'of the value: ';

/** What a rule asks of a value that the value cannot give. It breaks the rule: the API server sees the same. */
export class CelValueError extends Error {
  constructor(message: string) {
    super(start + message);
  }
}

/** What the library says of values that the API server says too; other errors may be gaps of ours. */
const ofLibrary =
  /^(?:field not found|no such key|index .*out of bounds|invalid index|int (?:divide|modulus) by zero|int overflow)/i;

/** Whether an error, and all that were found beside it, are of the value. */
export function isOfValue({ message, cause }: Error): boolean {
  const others: readonly unknown[] = Array.isArray(cause) ? cause : [];
  const isOwn = message.startsWith(start) || ofLibrary.test(message);
  return isOwn && others.every((other) => other instanceof Error && isOfValue(other));
}
