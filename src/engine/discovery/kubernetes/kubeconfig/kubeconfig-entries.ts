/** What a kubeconfig says, as `k8s.io/client-go/tools/clientcmd/api/v1` reads it. Holds secrets: never to be logged or sent. */

export interface ClusterEntry {
  readonly name: string;
  readonly server: string;
  readonly tlsServerName: string;
  readonly insecureSkipTlsVerify: boolean;
  /** Absolute path; empty where there is none, like every text here. */
  readonly certificateAuthority: string;
  /** PEM in base64. */
  readonly certificateAuthorityData: string;
  readonly proxyUrl: string;
  readonly disableCompression: boolean;
  /** The extension `client.authentication.k8s.io/exec`: what exec plugins of this cluster are told. */
  readonly execConfig?: unknown;
}

export interface ExecEntry {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: readonly { readonly name: string; readonly value: string }[];
  readonly apiVersion: string;
  readonly installHint: string;
  readonly provideClusterInfo: boolean;
  /** As written or by the default of the version; anything but `Never`, `IfAvailable` and `Always` makes the context unusable. */
  readonly interactiveMode: string;
}

export interface UserEntry {
  readonly name: string;
  readonly clientCertificate: string;
  readonly clientCertificateData: string;
  readonly clientKey: string;
  readonly clientKeyData: string;
  readonly token: string;
  readonly tokenFile: string;
  readonly username: string;
  readonly password: string;
  readonly impersonate: string;
  readonly impersonateUid: string;
  readonly impersonateGroups: readonly string[];
  readonly impersonateExtra: ReadonlyMap<string, readonly string[]>;
  readonly authProvider?: { readonly name: string; readonly config: ReadonlyMap<string, string> };
  readonly exec?: ExecEntry;
}

export interface ContextEntry {
  readonly name: string;
  readonly cluster: string;
  readonly user: string;
  readonly namespace: string;
}

/** One file, or several merged. Maps are by name. */
export interface KubeconfigEntries {
  readonly clusters: ReadonlyMap<string, ClusterEntry>;
  readonly users: ReadonlyMap<string, UserEntry>;
  readonly contexts: ReadonlyMap<string, ContextEntry>;
  readonly currentContext: string;
}
