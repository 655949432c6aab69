import { randomFillSync } from 'node:crypto';

// One system call for many ids.
const pool = Buffer.allocUnsafe(4096);
let used = pool.length;

function hex(bytes: number): string {
  if (used + bytes > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const text = pool.toString('hex', used, used + bytes);
  used += bytes;
  return text;
}

/** 32 lower-case hex digits. */
export const newTraceId = (): string => hex(16);
/** 16 lower-case hex digits. */
export const newSpanId = (): string => hex(8);
