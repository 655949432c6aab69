/** Where a call starts. Enough to find the workload; what is not given is taken from the objects. */
export interface CallSource {
  readonly namespace: string;
  readonly pod?: string;
  readonly workload?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly serviceAccount?: string;
  readonly ip?: string;
  readonly meshed?: boolean;
}

/** A call from outside that enters at a gateway. */
export interface CallGateway {
  readonly namespace: string;
  readonly name?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly port: number;
  readonly ip?: string;
  readonly remoteIp?: string;
}

export type CallProtocol = 'http' | 'http2' | 'grpc' | 'https' | 'tls' | 'tcp' | 'udp' | 'sctp';

/** The one description of a call that `mesh/route` and `mesh/authorize` are asked about. */
export interface Call {
  readonly source?: CallSource;
  readonly gateway?: CallGateway;
  /** The Host header or authority; may carry a port. */
  readonly host?: string;
  /** IP dialled, when it is not what the host resolves to. */
  readonly address?: string;
  /** Port of the service. */
  readonly port?: number;
  readonly protocol?: CallProtocol;
  /** What the caller itself originates. */
  readonly tls?: 'none' | 'simple' | 'mtls';
  readonly sni?: string;
  readonly alpn?: readonly string[];
  readonly method?: string;
  /** With query. */
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Decoded claims. */
  readonly jwt?: Readonly<Record<string, unknown>>;
}
