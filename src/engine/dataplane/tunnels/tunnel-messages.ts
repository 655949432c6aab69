/** What the main thread and the tunnels' worker say to each other. Targets hold credentials: they are never logged. */
import type { WebSocketTarget } from '../../web-socket-target.ts';
import type { PodTarget, TunnelEvent } from './tunnels.ts';

export type TunnelRequest =
  | {
      readonly type: 'open';
      readonly id: number;
      readonly name: string;
      /** Of its socket. */
      readonly path: string;
      readonly targets: readonly PodTarget[];
    }
  | { readonly type: 'close'; readonly id: number; readonly name: string; readonly drainMs: number }
  | { readonly type: 'dialed'; readonly dial: number; readonly server: WebSocketTarget }
  | { readonly type: 'undialed'; readonly dial: number; readonly message: string };

export type TunnelReply =
  | { readonly type: 'done'; readonly id: number }
  | { readonly type: 'failed'; readonly id: number; readonly message: string }
  | { readonly type: 'dial'; readonly dial: number; readonly target: PodTarget; readonly refused?: WebSocketTarget }
  | { readonly type: 'event'; readonly event: TunnelEvent; readonly streams: number };
