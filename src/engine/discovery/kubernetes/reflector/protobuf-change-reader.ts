import { fieldOf, stringOf } from '../../../../shared/untrusted.ts';
import type { Draft } from '../resources/decode-object.ts';
import { bookmarkMessage, statusMessage } from '../resources/object-messages.ts';
import { contentOf, objectIn, type Span } from '../protobuf/envelope.ts';
import { textAt } from '../protobuf/known-texts.ts';
import type { MessageType } from '../protobuf/message-type.ts';
import { protobufFailure } from '../protobuf/protobuf-failure.ts';
import { fieldsOf, type Fields } from '../protobuf/read-message.ts';
import { digestOf, minimumPartBytes, Versions, type Part, type Version } from './known-parts.ts';
import { refusalOfStatus } from './refusal.ts';
import { typeOf, type ReflectorTarget } from './target.ts';
import { bookmark, namelessObject, type ChangeReader, type WatchEvent } from './watch-events.ts';

/** Numbers of the fields of a `WatchEvent`, and of what it wraps its object in. */
const eventType = 1;
const eventObject = 2;
const rawObject = 1;

/**
 * Reads the messages of a watch. Of most changes the greater part is as it was before: the spec of a pod never changes, and is
 * most of it. What is the same byte for byte is not read again, and stays the same value.
 */
export class ProtobufChangeReader implements ChangeReader {
  readonly #target: ReflectorTarget;
  readonly #type: MessageType;
  readonly #versions = new Versions();

  /** `type` is that of the objects. */
  constructor(target: ReflectorTarget, type: MessageType) {
    this.#target = target;
    this.#type = type;
  }

  read(message: Buffer, isInitial = false): WatchEvent | undefined {
    try {
      return this.#read(message, isInitial);
    } catch (error) {
      throw protobufFailure(error);
    }
  }

  #read(message: Buffer, isInitial: boolean): WatchEvent | undefined {
    const all = { from: 0, to: message.length };
    const type = contentOf(message, all, eventType);
    const wrapped = contentOf(message, all, eventObject);
    const raw = wrapped && contentOf(message, wrapped, rawObject);
    if (!type || !raw) throw namelessObject();
    const object = objectIn(message, raw);
    switch (textAt(message, type.from, type.to)) {
      case 'ADDED':
      case 'MODIFIED': {
        const put = isInitial ? this.#decoded(fieldsOf(message, object, this.#type)) : this.#changed(message, object);
        return { type: 'put', object: put, resourceVersion: put.resourceVersion };
      }
      case 'DELETED': {
        const removed = this.#decoded(fieldsOf(message, object, this.#type));
        if (removed.uid !== undefined) this.#versions.forget(removed.uid);
        return { type: 'remove', object: removed, resourceVersion: removed.resourceVersion };
      }
      case 'BOOKMARK': {
        const { metadata } = fieldsOf(message, object, bookmarkMessage);
        return bookmark(metadata, stringOf(fieldOf(metadata, 'resourceVersion')));
      }
      case 'ERROR':
        return { type: 'error', refusal: refusalOfStatus(fieldsOf(message, object, statusMessage)) };
      default:
        return undefined;
    }
  }

  #changed(message: Buffer, span: Span): Draft {
    const parts: Part[] = [];
    const same: Part[] = [];
    let version: Version | undefined;
    const fields = fieldsOf(message, span, this.#type, ({ name }, cursor, end, { metadata }) => {
      const uid = fieldOf(metadata, 'uid');
      if (typeof uid !== 'string') return false;
      version ??= this.#versions.of(uid);
      const from = cursor.at;
      const to = cursor.contentEnd(end);
      const length = to - from;
      const known = version?.parts.find((part) => part.name === name);
      const digest = length < minimumPartBytes ? '' : digestOf(message, from, to);
      if (known && known.length === length && known.digest === digest) {
        parts.push(known);
        same.push(known);
        cursor.at = to;
        return true;
      }
      if (digest !== '') parts.push({ name, isOfMetadata: false, length, digest });
      cursor.at = from;
      return false;
    });
    const object = this.#decoded(fields);
    this.#versions.keep(object, version, parts, same);
    return object;
  }

  #decoded(fields: Fields): Draft {
    const object = this.#target.kind.decode(fields, typeOf(this.#target));
    if (!object) throw namelessObject();
    return object;
  }
}
