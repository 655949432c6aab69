import { objectIn, type Span } from '../protobuf/envelope.ts';
import type { MessageType } from '../protobuf/message-type.ts';
import { protobufFailure } from '../protobuf/protobuf-failure.ts';
import { MessageReader } from '../protobuf/read-message.ts';
import { listMessage } from '../resources/object-messages.ts';
import type { PageItems } from './page-items.ts';

/** Of the field that holds the items, number 2. */
const itemTag = 0x12;

/** The items of a list that is written in protobuf, one after the other. */
export class ProtobufItems implements PageItems {
  readonly #reader: MessageReader;
  readonly #type: MessageType;
  readonly #list: Span;

  /** `type` is that of the items. Throws `KubeFailure` where it is no list. */
  constructor(body: Buffer, type: MessageType) {
    this.#reader = new MessageReader(body);
    this.#type = type;
    try {
      this.#list = objectIn(body, { from: 0, to: body.length });
    } catch (error) {
      throw protobufFailure(error);
    }
    this.#reader.cursor.at = this.#list.from;
  }

  next(): { readonly value: unknown } | undefined {
    const { cursor } = this.#reader;
    const { to } = this.#list;
    try {
      while (cursor.at < to) {
        const tag = cursor.varint();
        if (tag === itemTag) return { value: this.#reader.read(cursor.contentEnd(to), this.#type) };
        cursor.passValue(tag & 7, to);
      }
      return undefined;
    } catch (error) {
      throw protobufFailure(error);
    }
  }

  metadata(): unknown {
    this.#reader.cursor.at = this.#list.from;
    return this.#reader.read(this.#list.to, listMessage)['metadata'];
  }
}
