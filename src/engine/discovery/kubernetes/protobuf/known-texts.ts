const longestWord = 48;
const slots = 4096;
const words: (string | undefined)[] = Array.from({ length: slots });

/** The text that is written there in UTF-8. */
export const textAt = (bytes: Buffer, from: number, to: number): string => bytes.toString('utf8', from, to);

/**
 * The same of a text that is likely to have been read before, such as a label: what is known costs no call out of
 * JavaScript, and is in memory once.
 */
export function wordAt(bytes: Buffer, from: number, to: number): string {
  if (to - from > longestWord) return textAt(bytes, from, to);
  let hash = 0;
  for (let at = from; at < to; at++) hash = (Math.imul(hash, 31) + (bytes[at] ?? 0)) | 0;
  const slot = (hash ^ (hash >>> 13)) & (slots - 1);
  const known = words[slot];
  if (known !== undefined && isWritten(known, bytes, from, to)) return known;
  return (words[slot] = textAt(bytes, from, to));
}

/** Of texts that are not ASCII it is never true: they are read each time. */
function isWritten(word: string, bytes: Buffer, from: number, to: number): boolean {
  if (word.length !== to - from) return false;
  for (let at = from; at < to; at++) {
    const byte = bytes[at] ?? 0;
    if (byte > 0x7f || byte !== word.charCodeAt(at - from)) return false;
  }
  return true;
}

const knownTimes: ({ readonly seconds: number; readonly text: string } | undefined)[] = Array.from({ length: 256 });

/** RFC 3339 in UTC, to the second. Throws `RangeError` for what is no time. */
export function timeText(seconds: number): string {
  const slot = seconds & 255;
  const known = knownTimes[slot];
  if (known?.seconds === seconds) return known.text;
  const text = new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');
  knownTimes[slot] = { seconds, text };
  return text;
}
