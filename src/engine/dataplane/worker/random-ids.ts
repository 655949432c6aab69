import { randomBytes } from 'node:crypto';

// One system call and one conversion for many ids.
let digits = '';
let used = 0;

function hex(count: number): string {
  if (used + count > digits.length) {
    digits = randomBytes(4096).toString('hex');
    used = 0;
  }
  used += count;
  return digits.slice(used - count, used);
}

/** 32 lower-case hex digits. */
export const newTraceId = (): string => hex(32);
/** 16 lower-case hex digits. */
export const newSpanId = (): string => hex(16);
