import { homedir } from 'node:os';
import process from 'node:process';
import type { EngineSettings } from '../../shared/engine-protocol.ts';
import { createTunnels } from '../dataplane/tunnels/create-tunnels.ts';
import type { ReadDocument } from '../discovery/kubernetes/changes/desired-objects.ts';
import { loadKubeconfig } from '../discovery/kubernetes/kubeconfig/load-kubeconfig.ts';
import { watchKubeconfig } from '../discovery/kubernetes/kubeconfig/watch-kubeconfig.ts';
import { createTransport } from '../discovery/kubernetes/transport/create-transport.ts';
import { readDocumentFile } from '../policy/documents/document-file.ts';
import { Clusters, ClusterError, type ClustersOptions } from './clusters.ts';
import { sampleBookinfo } from './sample-bookinfo.ts';

export type CreateClustersOptions = Pick<ClustersOptions, 'locate' | 'workspaceRevision' | 'onStatus' | 'onObjects'> & {
  readonly settings: () => EngineSettings['cluster'];
};

/** The clusters of this user's kubeconfig. Nothing is read or opened before it is asked for. */
export function createClusters({ settings, ...options }: CreateClustersOptions): Clusters {
  return new Clusters({
    ...options,
    loadKubeconfig: () => loadKubeconfig({ setting: settings().kubeconfig, env: process.env, home: homedir() }),
    watchKubeconfig,
    openTransport: (kubeconfig, name, consent) => {
      const context = kubeconfig.context(name);
      if (!context) throw new ClusterError(`The context ${name} cannot be used as the kubeconfig has it.`);
      return createTransport(context, { consent: () => consent });
    },
    createTunnels: (dial) => createTunnels({ dial }),
    prometheus: () => settings().prometheus,
    readDocuments,
    bookinfo: sampleBookinfo,
  });
}

/** Values as Kubernetes reads YAML, by the reader that checks go by. */
function readDocuments(text: string): readonly ReadDocument[] {
  const { documents, isTooLong } = readDocumentFile('', text, false, { defaultNamespace: 'default' });
  if (isTooLong) return [{ value: undefined, problem: 'it is longer than 10 MiB.' }];
  return documents.map(({ yaml }) => {
    if (yaml.nature === 'template') return { value: undefined, problem: 'it is a template, not YAML yet.' };
    const [problem] = yaml.problems(false);
    return problem ? { value: undefined, problem: problem.message } : { value: yaml.value };
  });
}
