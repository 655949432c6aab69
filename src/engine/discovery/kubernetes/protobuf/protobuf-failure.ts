import { ProtobufError } from '../../../protobuf/message-cursor.ts';
import { KubeFailure } from '../transport/kube-transport.ts';

/** What was thrown while a message was read, in words for people. */
export const protobufFailure = (error: unknown): unknown =>
  // A number of seconds may be no time.
  error instanceof ProtobufError || error instanceof RangeError
    ? new KubeFailure('protocol', 'The API server sent something that is not the protobuf it is said to be.', {
        cause: error,
      })
    : error;
