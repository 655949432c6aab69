/** Controls, and marks that reorder text. */
const unprintable = /[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** Text without what a terminal would obey: files and their names come from anywhere. */
export function printable(text: string): string {
  return text.replaceAll('\t', ' ').replaceAll(unprintable, '·');
}

export type Style = 'bold' | 'dim' | 'red' | 'yellow' | 'blue' | 'cyan';

const codes: Readonly<Record<Style, string>> = { bold: '1', dim: '2', red: '31', yellow: '33', blue: '34', cyan: '36' };

/** Gives a function that styles text, or leaves it alone. */
export function painter(color: boolean): (text: string, ...styles: readonly Style[]) => string {
  return (text, ...styles) =>
    color && text !== '' ? `\u001b[${styles.map((style) => codes[style]).join(';')}m${text}\u001b[0m` : text;
}
