/** Every repetition that could start anywhere is bounded: the engine's words may hold what somebody else sent. */
const secrets: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN ([A-Z ]+)-----[\s\S]*?(?:-----END \1-----|$)/g, '<$1 removed>'],
  [
    /\b(authorization|proxy-authorization|cookie|set-cookie|x-api-key)(["']?\s*[:=]\s*["']?)[^\r\n"']+/gi,
    '$1$2<removed>',
  ],
  [
    /\b(token|password|passwd|secret|client-key-data|client-certificate-data)(["']?\s*[:=]\s*["']?)[^\s"',;}]+/gi,
    '$1$2<removed>',
  ],
  [/\bBearer\s+[\w.~+/=-]+/gi, 'Bearer <removed>'],
  [/\beyJ[\w-]{5,4000}\.[\w-]{5,4000}\.[\w-]{0,4000}/g, '<JWT removed>'],
  [/(\b\w{1,20}:\/\/[^\s/:@]{1,200}):[^\s/@]{1,200}@/g, '$1:<removed>@'],
];

/** Takes keys, tokens, passwords and credentials out of a line that goes into the log. */
export function redact(text: string): string {
  return secrets.reduce((line, [pattern, replacement]) => line.replace(pattern, replacement), text);
}
