/** What the main thread and its data plane workers say to each other. */
import type { BoundListeners, ProxyConfig } from './data-plane.ts';
import type { DataPlaneReport } from './report.ts';

export type WorkerRequest =
  | { readonly type: 'apply'; readonly id: number; readonly config: ProxyConfig }
  | { readonly type: 'remove'; readonly id: number; readonly instance: string; readonly drainMs: number }
  | { readonly type: 'flush'; readonly id: number }
  | { readonly type: 'close'; readonly id: number };

export type WorkerReply =
  | { readonly type: 'done'; readonly id: number; readonly bound?: BoundListeners }
  | { readonly type: 'failed'; readonly id: number; readonly message: string; readonly code?: string }
  | { readonly type: 'report'; readonly report: DataPlaneReport };
