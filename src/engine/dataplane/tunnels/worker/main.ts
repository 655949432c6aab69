/** Entry of the tunnels' worker thread: bulk data through port-forwards must not hold up what the main thread answers. */
import { parentPort } from 'node:worker_threads';
import type { TunnelRequest } from '../tunnel-messages.ts';
import { TunnelHost } from './tunnel-host.ts';

const port = parentPort;
if (port === null) throw new Error('This file runs as a worker thread.');

const host = new TunnelHost((reply) => port.postMessage(reply));
port.on('message', (message: TunnelRequest) => host.handle(message));
