import { window, type LogOutputChannel } from 'vscode';
import { redact } from './redact.ts';

/**
 * The channel "Meshlens". Whatever is written into it, by us or by the language client, loses its secrets on the way.
 */
export function createEngineLog(): LogOutputChannel {
  const channel = window.createOutputChannel('Meshlens', { log: true });
  const clean = (value: unknown): unknown => {
    if (typeof value === 'string') return redact(value);
    if (value instanceof Error) return redact(value.stack ?? value.message);
    return value === undefined ? '' : redact(JSON.stringify(value) ?? '');
  };
  const writers = new Set(['trace', 'debug', 'info', 'warn', 'error', 'append', 'appendLine', 'replace']);
  return new Proxy(channel, {
    get(target, property) {
      const value: unknown = Reflect.get(target, property, target);
      if (typeof value !== 'function') return value;
      const method = value as (...args: unknown[]) => unknown;
      if (!writers.has(String(property))) return method.bind(target);
      return (...args: unknown[]) => method.apply(target, args.map(clean));
    },
  });
}
