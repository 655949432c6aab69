/** Entry of a data plane worker thread: carries out what the main thread asks and reports once a second. */
import { parentPort } from 'node:worker_threads';
import type { WorkerReply, WorkerRequest } from '../worker-messages.ts';
import { systemRuntime } from './runtime.ts';
import { WorkerHost } from './worker-host.ts';

const port = parentPort;
if (port === null) throw new Error('This file runs as a worker thread.');

const host = new WorkerHost(systemRuntime, (message: WorkerReply) => port.postMessage(message));
port.on('message', (message: WorkerRequest) => void host.handle(message));
