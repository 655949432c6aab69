/** Text from files or clusters as a code span, which nothing in it can end. */
export function codeSpan(text: string): string {
  return `\`${text.replaceAll('`', "'").replaceAll(/\s+/g, ' ').slice(0, 200)}\``;
}

/** Such a text within a paragraph: nothing in it is markup, but for code spans. */
export function plainText(text: string): string {
  return text
    .split(/(`[^`]*`)/)
    .map((part, index) => (index % 2 === 1 ? part : part.replaceAll(/[\\`*_[\]<>&~|]/g, '\\$&')))
    .join('');
}
