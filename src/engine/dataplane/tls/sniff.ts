export type Sniffed =
  /** Fewer bytes than a decision needs. */
  | { readonly type: 'need-more' }
  | { readonly type: 'plaintext' }
  | { readonly type: 'tls'; readonly serverName?: string; readonly alpn: readonly string[] };

/** Says what the first bytes of a connection are. Call again with more bytes after `need-more`. */
export function sniff(_head: Buffer): Sniffed {
  throw new Error('in work');
}
