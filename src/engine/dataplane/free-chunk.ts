/** Below this, freeing by hand costs more than the garbage collector's share. */
const shortest = 16 * 1024;

/** In every Node.js since 21. */
type Freeable = ArrayBuffer & { readonly transfer?: (length: number) => ArrayBuffer };

/**
 * Frees the memory of a chunk that a socket read and nobody looks at any more. Sockets take fresh memory for each read, and the
 * garbage collector, which sees only how much there is, goes over the whole heap several times for each hundred megabytes.
 */
export function freeChunk(chunk: Buffer): void {
  const { buffer, length } = chunk;
  // What shares its memory with others is theirs, too.
  if (length < shortest || length !== buffer.byteLength || !(buffer instanceof ArrayBuffer)) return;
  (buffer as Freeable).transfer?.(0);
}
