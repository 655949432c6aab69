import type { WebSocketTarget } from '../../../web-socket-target.ts';
import type { TunnelReply, TunnelRequest } from '../tunnel-messages.ts';
import type { PodTarget, TunnelEvent } from '../tunnels.ts';
import { PodConnector } from './pod-connector.ts';
import { TunnelListener } from './tunnel-listener.ts';

interface PendingDial {
  resolve(server: WebSocketTarget): void;
  reject(error: Error): void;
}

/** All tunnels, in their worker. */
export class TunnelHost {
  readonly #send: (reply: TunnelReply) => void;
  readonly #listeners = new Map<string, TunnelListener>();
  readonly #dials = new Map<number, PendingDial>();
  readonly #connector = new PodConnector({ dial: (target, refused) => this.#dial(target, refused) });
  #nextDial = 1;
  #streams = 0;

  constructor(send: (reply: TunnelReply) => void) {
    this.#send = send;
  }

  handle(request: TunnelRequest): void {
    switch (request.type) {
      case 'open':
        this.#answer(request.id, this.#open(request.name, request.path, request.targets));
        break;
      case 'close':
        this.#answer(request.id, this.#close(request.name, request.drainMs));
        break;
      case 'dialed':
        this.#takeDial(request.dial)?.resolve(request.server);
        break;
      case 'undialed':
        this.#takeDial(request.dial)?.reject(new Error(request.message));
        break;
    }
  }

  #answer(id: number, work: Promise<void>): void {
    work.then(
      () => this.#send({ type: 'done', id }),
      (error: unknown) => {
        this.#send({ type: 'failed', id, message: error instanceof Error ? error.message : String(error) });
      },
    );
  }

  async #open(name: string, path: string, targets: readonly PodTarget[]): Promise<void> {
    const present = this.#listeners.get(name);
    if (present !== undefined) {
      present.update(targets);
      return;
    }
    const tell = (kind: TunnelEvent['kind'], target: PodTarget, message?: string): void => {
      const event: TunnelEvent = { name, kind, target, ...(message === undefined ? {} : { message }) };
      this.#send({ type: 'event', event, streams: this.#streams });
    };
    const listener = new TunnelListener(targets, this.#connector, {
      onUndialed: (target, failure, again) => {
        if (!again) tell('failed', target, failure.message);
      },
      onOpened: (target) => {
        this.#streams++;
        tell('opened', target);
      },
      onClosed: (target, failure) => {
        this.#streams--;
        tell(failure === undefined ? 'closed' : 'failed', target, failure?.message);
      },
    });
    this.#listeners.set(name, listener);
    try {
      await listener.listen(path);
    } catch (error) {
      this.#listeners.delete(name);
      throw error;
    }
  }

  async #close(name: string, drainMs: number): Promise<void> {
    const listener = this.#listeners.get(name);
    this.#listeners.delete(name);
    await listener?.close(drainMs);
  }

  #dial(target: PodTarget, refused: WebSocketTarget | undefined): Promise<WebSocketTarget> {
    const dial = this.#nextDial++;
    return new Promise((resolve, reject) => {
      this.#dials.set(dial, { resolve, reject });
      this.#send({ type: 'dial', dial, target, ...(refused === undefined ? {} : { refused }) });
    });
  }

  #takeDial(dial: number): PendingDial | undefined {
    const pending = this.#dials.get(dial);
    this.#dials.delete(dial);
    return pending;
  }
}
