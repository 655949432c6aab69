import { STATUS_CODES } from 'node:http';

/** Reason phrase of a status code; empty where none is registered. */
export function reasonPhrase(status: number): string {
  return STATUS_CODES[status] ?? '';
}
