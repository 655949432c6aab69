/** What a WebSocket to an API server needs; the credentials are those of the moment, and never logged. */
export interface WebSocketTarget {
  /** `wss://host:port/api/v1/namespaces/…?ports=8080`. */
  readonly url: string;
  /** Several values of one name are as many headers. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly tls: {
    readonly ca?: string;
    readonly cert?: string;
    readonly key?: string;
    readonly servername?: string;
    readonly rejectUnauthorized: boolean;
  };
  /** Address of an HTTP proxy on the way, credentials included. */
  readonly proxy?: string;
}
