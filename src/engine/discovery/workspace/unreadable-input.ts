/** Input that cannot be read; its message is for people. */
export class UnreadableInput extends Error {
  override readonly name = 'UnreadableInput';
}
