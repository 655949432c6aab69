/** Whether HTTP lets the text be the value of a header: visible ASCII, blanks, tabs. */
export function isHeaderValue(text: string): boolean {
  return /^[\t\x20-\x7e\x80-\xff]*$/.test(text);
}

/** Value of an Authorization header with a token; undefined where the text can be none. */
export function bearer(token: string): string | undefined {
  return /^[\x21-\x7e]+$/.test(token) ? `Bearer ${token}` : undefined;
}

export function basic(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}
