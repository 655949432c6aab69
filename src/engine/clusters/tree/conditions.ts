import { fieldOf, listOf, stringOf } from '../../../shared/untrusted.ts';

/** The message of the first condition of these types that is False; `Unknown` ones (not judged yet) are left out. */
export function conditionProblem(conditions: unknown, types: readonly string[]): string | undefined {
  for (const type of types) {
    const condition = listOf(conditions).find((candidate) => fieldOf(candidate, 'type') === type);
    if (fieldOf(condition, 'status') !== 'False') continue;
    const message = stringOf(fieldOf(condition, 'message')) ?? '';
    const reason = stringOf(fieldOf(condition, 'reason')) ?? '';
    return `Not ${type}${reason === '' ? '' : ` (${reason})`}${message === '' ? '' : `: ${message}`}`;
  }
  return undefined;
}
