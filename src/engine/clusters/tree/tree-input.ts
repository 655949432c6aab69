import type { ProxyStatus } from '../../../shared/cluster.ts';
import type { ResourceRef, SourceRef } from '../../../shared/resource.ts';
import type { EndpointDirectory } from '../../model/endpoints.ts';
import type { Snapshot } from '../../model/snapshot.ts';

/** What the tree of a context is built from. */
export interface TreeInput {
  readonly context: string;
  readonly snapshot: Snapshot;
  readonly endpoints: EndpointDirectory;
  /** As last heard of; empty where it is not known. */
  readonly proxies: readonly ProxyStatus[];
  /** Shown; empty: all. */
  readonly namespaces: readonly string[];
  /** The pods of the whole cluster were listed: what no pod has, none has. */
  readonly knowsAllPods: boolean;
  /** Where the workspace declares an object; undefined where it does not. */
  readonly locate: (ref: ResourceRef) => SourceRef | undefined;
}

/** The input for one namespace. */
export interface NamespaceInput extends TreeInput {
  readonly namespace: string;
  readonly proxyOf: (namespace: string, pod: string) => ProxyStatus | undefined;
}
