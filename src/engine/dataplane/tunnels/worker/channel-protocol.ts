import { joinMessages, type PortForwardEvents, type PortForwardProtocol } from './port-forward-protocol.ts';

/** Channels for the first port of a port-forward; the first byte of every message. */
const dataChannel = 0;
const errorChannel = 1;
/** Each of both begins with the number of the port, little-endian, in as many messages as the server likes. */
const portBytes = 2;

/**
 * `v4.channel.k8s.io`: every kubelet reads it, byte by byte. It has no word for the end of our side; the server ends by closing
 * the WebSocket.
 */
export class ChannelProtocol implements PortForwardProtocol {
  readonly opening = [];
  readonly isReady = true;
  readonly ending = undefined;
  /** Bytes of the port's number still to come. */
  readonly #prefixLeft = [portBytes, portBytes];

  /** One message a frame: servers read a message frame by frame, and take a fragment for a message of its own. */
  messagesOf(parts: readonly Buffer[], length: number): Buffer[] {
    return joinMessages(parts, length, 1, (message) => {
      message[0] = dataChannel;
    });
  }

  receive(message: Buffer, events: PortForwardEvents): void {
    const channel = message[0];
    // Others are not ours; 255 closes a stream in the protocol's version 5, which is not spoken here.
    if (channel !== dataChannel && channel !== errorChannel) return;
    const skip = 1 + Math.min(this.#prefixLeft[channel] ?? 0, message.length - 1);
    this.#prefixLeft[channel] = (this.#prefixLeft[channel] ?? 0) - (skip - 1);
    if (message.length === skip) return;
    if (channel === errorChannel) events.onErrorText(message.toString('utf8', skip));
    else events.onData(message.subarray(skip));
  }
}
