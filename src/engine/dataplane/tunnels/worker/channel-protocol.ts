import type { PortForwardEvents, PortForwardProtocol } from './port-forward-protocol.ts';

/** Channels for the first port of a port-forward; the first byte of every message. */
const dataChannel = 0;
const errorChannel = 1;
/** Each of both begins with the number of the port, little-endian, in as many messages as the server likes. */
const portBytes = 2;

/**
 * `v4.channel.k8s.io`: every kubelet reads it, byte by byte. It has no word for the end of our side; the server ends by closing
 * the WebSocket. Servers read a message frame by frame, and take a fragment for a message of its own.
 */
export class ChannelProtocol implements PortForwardProtocol {
  readonly opening = [];
  readonly isReady = true;
  readonly ending = undefined;
  readonly headBytes = 1;
  /** Bytes of the port's number still to come. */
  readonly #prefixLeft = [portBytes, portBytes];
  /** Of the message that is being read. */
  #channel: number | undefined;

  writeHead(target: Buffer, at: number): void {
    target[at] = dataChannel;
  }

  receive(bytes: Buffer, begins: boolean, events: PortForwardEvents): void {
    if (begins) this.#channel = bytes[0];
    const channel = this.#channel;
    // Others are not ours; 255 closes a stream in the protocol's version 5, which is not spoken here.
    if (channel !== dataChannel && channel !== errorChannel) return;
    const start = begins ? 1 : 0;
    const prefix = Math.min(this.#prefixLeft[channel] ?? 0, bytes.length - start);
    this.#prefixLeft[channel] = (this.#prefixLeft[channel] ?? 0) - prefix;
    const skip = start + prefix;
    if (bytes.length === skip) return;
    if (channel === errorChannel) events.onErrorText(bytes.toString('utf8', skip));
    else events.onData(bytes.subarray(skip));
  }
}
