import { MessageCursor, ProtobufError } from '../../../protobuf/message-cursor.ts';

/** How API servers write their own kinds: https://kubernetes.io/docs/reference/using-api/api-concepts/#protobuf-encoding. */
export const protobufMediaType = 'application/vnd.kubernetes.protobuf';

/** Whether an answer with this `Content-Type` is so written. */
export const isProtobuf = (contentType: string | undefined): boolean =>
  contentType?.trimStart().startsWith(protobufMediaType) ?? false;

const magic = Buffer.from('k8s\0');

/** A part of what was sent. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Where the message of an object is in its envelope. Throws `ProtobufError` where it is none. */
export function objectIn(bytes: Buffer, { from, to }: Span): Span {
  if (to - from < magic.length || bytes.compare(magic, 0, magic.length, from, from + magic.length) !== 0)
    throw new ProtobufError('It is not an object of Kubernetes.');
  return contentOf(bytes, { from: from + magic.length, to }, 2) ?? { from: to, to };
}

/** Where the content of a length-delimited field is, the last of its number; undefined where it is absent. */
export function contentOf(bytes: Buffer, { from, to }: Span, number: number): Span | undefined {
  const cursor = new MessageCursor(bytes, from);
  let found: Span | undefined;
  while (cursor.at < to) {
    const tag = cursor.varint();
    if (tag !== number * 8 + 2) cursor.passValue(tag & 7, to);
    else {
      const end = cursor.contentEnd(to);
      found = { from: cursor.at, to: end };
      cursor.at = end;
    }
  }
  return found;
}
