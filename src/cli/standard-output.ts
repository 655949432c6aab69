/**
 * Standard output. To load Node's stream of it takes longer than most commands take to write all they say, so files and
 * pipes are written to without it, which is what the stream does too: their writes end before the call does.
 */
import { fstatSync, writeSync } from 'node:fs';
import process from 'node:process';

const descriptor = 1;

let isPlain = process.platform !== 'win32' && isFileOrPipe();
let hasStream = false;

export function isTerminal(): boolean {
  return !isPlain && stream().isTTY;
}

export function writeOutput(text: string): void {
  if (!isPlain) {
    stream().write(text);
    return;
  }
  const bytes = Buffer.from(text);
  let written = 0;
  try {
    while (written < bytes.length) written += writeSync(descriptor, bytes, written);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    endIfNobodyReads(error);
    // Whoever made the pipe wants nobody to wait for it. The stream can.
    isPlain = false;
    stream().write(bytes.subarray(written));
  }
}

function isFileOrPipe(): boolean {
  try {
    const stats = fstatSync(descriptor);
    return stats.isFile() || stats.isFIFO() || stats.isSocket();
  } catch {
    return false;
  }
}

function stream(): NodeJS.WriteStream {
  if (!hasStream) process.stdout.on('error', endIfNobodyReads);
  hasStream = true;
  return process.stdout;
}

/** `meshlens … | head` closes our output early; that is no error of ours. */
function endIfNobodyReads(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') process.exit(0);
  if (error.code !== 'EAGAIN') throw error;
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'code' in error;
}
