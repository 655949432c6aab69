export interface PrometheusSourceOptions {
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Name of the cluster for what Istio calls its own cluster. */
  readonly cluster: string;
  /** Ids by which Istio may call this cluster; absent or empty: `Kubernetes`, or the only id that occurs. */
  readonly clusterIds?: () => readonly string[];
  /** Chosen namespaces; empty: all. */
  readonly namespaces?: () => readonly string[];
  /** Waypoints as `namespace/name`. */
  readonly waypoints?: () => ReadonlySet<string>;
  /** New numbers, or another status. */
  readonly onChange?: () => void;
}
