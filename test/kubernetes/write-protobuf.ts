/** Writes what API servers send in protobuf, field by field: https://protobuf.dev/programming-guides/encoding/. */

/** A field's number and value: texts and messages are written with their length, numbers as varints. */
export type WrittenField = readonly [number: number, value: string | Buffer | number];

export function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  return Buffer.from([...bytes, Number(rest)]);
}

export const message = (...fields: readonly WrittenField[]): Buffer =>
  Buffer.concat(
    fields.flatMap(([number, value]) => {
      if (typeof value === 'number') return [varint(number * 8), varint(value)];
      const content = Buffer.from(value);
      return [varint(number * 8 + 2), varint(content.length), content];
    }),
  );

/** An object in its envelope: https://kubernetes.io/docs/reference/using-api/api-concepts/#protobuf-encoding. */
export const enveloped = (apiVersion: string, kind: string, object: Buffer): Buffer =>
  Buffer.concat([Buffer.from('k8s\0'), message([1, message([1, apiVersion], [2, kind])], [2, object])]);

/** An event of a watch behind its length. */
export function frame(type: string, object: Buffer): Buffer {
  const event = message([1, type], [2, message([1, object])]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(event.length);
  return Buffer.concat([length, event]);
}

export const errorFrame = (code: number, reason: string, text: string): Buffer =>
  frame('ERROR', enveloped('v1', 'Status', message([2, 'Failure'], [3, text], [4, reason], [6, code])));
