import { createInterface } from 'node:readline';
import { Engine } from '../../engine/engine.ts';
import { InvalidParams } from '../../engine/server/param-fields.ts';
import { isEngineMethod, readParams } from '../../engine/server/request-params.ts';
import type { Command } from '../command.ts';
import { ExitCode } from '../command.ts';

/** JSON-RPC 2.0, section 5.1. */
const RpcError = {
  parse: -32700,
  invalidRequest: -32600,
  methodNotFound: -32601,
  invalidParams: -32602,
  internal: -32603,
} as const;

type Reply = { readonly result: unknown } | { readonly error: { readonly code: number; readonly message: string } };

const failure = (code: number, message: string): Reply => ({ error: { code, message } });

async function answer(engine: Engine, request: Readonly<Record<string, unknown>>): Promise<Reply> {
  const { method } = request;
  if (typeof method !== 'string') return failure(RpcError.invalidRequest, 'A request needs "method".');
  if (!isEngineMethod(method)) return failure(RpcError.methodNotFound, `There is no method "${method}".`);
  try {
    return { result: await engine.request(method, readParams(method, request.params)) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return failure(error instanceof InvalidParams ? RpcError.invalidParams : RpcError.internal, message);
  }
}

export const batchCommand: Command = {
  name: 'batch',
  summary: 'Answers JSON-RPC questions, one a line, for scripts and CI.',
  usage: 'batch < QUESTIONS > ANSWERS',
  details: [
    'One JSON-RPC 2.0 request a line on standard input, one answer a line on standard output, in the same order.',
    'Methods: mesh/analyze, mesh/route, mesh/topology …',
  ],
  options: {},
  async run(_values, _positionals, io) {
    const engine = new Engine();
    const lines = createInterface({ input: io.stdin, crlfDelay: Infinity });
    io.signal.addEventListener('abort', () => lines.close(), { once: true });
    try {
      for await (const line of lines) {
        if (line.trim() === '') continue;
        let id: unknown = null;
        let reply: Reply;
        try {
          const request: unknown = JSON.parse(line);
          if (request && typeof request === 'object' && !Array.isArray(request)) {
            id = 'id' in request ? request.id : undefined;
            reply = await answer(engine, request as Readonly<Record<string, unknown>>);
          } else {
            reply = failure(RpcError.invalidRequest, 'A request is an object.');
          }
        } catch {
          reply = failure(RpcError.parse, 'This line is not JSON.');
        }
        // A request without an id is a notification and gets no answer.
        if (id !== undefined) io.out(`${JSON.stringify({ jsonrpc: '2.0', id, ...reply })}\n`);
      }
      return ExitCode.ok;
    } finally {
      await engine.dispose();
    }
  },
};
