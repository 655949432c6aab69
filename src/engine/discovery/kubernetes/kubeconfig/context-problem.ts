import { parseProxyUrl } from './proxy-url.ts';
import { parseServerAddress } from './server-address.ts';
import type { ClusterEntry, ContextEntry, KubeconfigEntries, UserEntry } from './kubeconfig-entries.ts';

/** Plugins that took the place of providers kubectl lost with version 1.26. */
const successors: ReadonlyMap<string, string> = new Map([
  [
    'gcp',
    'Install gke-gcloud-auth-plugin, then run “gcloud container clusters get-credentials” to have the kubeconfig rewritten.',
  ],
  ['azure', 'Install kubelogin, then run “kubelogin convert-kubeconfig” to have the kubeconfig rewritten.'],
]);

/** Whether the cluster entry speaks of TLS, which decides the scheme of a server without one. */
export function mentionsTls(cluster: ClusterEntry, user: UserEntry | undefined): boolean {
  const texts = [
    cluster.certificateAuthority,
    cluster.certificateAuthorityData,
    user?.clientCertificate,
    user?.clientCertificateData,
  ];
  return cluster.insecureSkipTlsVerify || texts.some((text) => text !== undefined && text !== '');
}

/** Why kubectl, and so we, cannot use the context as it is written; a sentence with a way forward. */
export function contextProblem(context: ContextEntry, entries: KubeconfigEntries): string | undefined {
  if (context.cluster === '') return `The context “${context.name}” names no cluster. Add “cluster:” to it.`;
  const cluster = entries.clusters.get(context.cluster);
  if (!cluster) return missing('cluster', context.cluster, context.name);
  if (context.user === '') return `The context “${context.name}” names no user. Add “user:” to it.`;
  const user = entries.users.get(context.user);
  if (!user) return missing('user', context.user, context.name);
  if (context.namespace !== '' && !/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(context.namespace)) {
    return `The namespace of the context “${context.name}” is not a name that Kubernetes allows. Correct “namespace:”.`;
  }
  return clusterProblem(cluster, user) ?? userProblem(user);
}

function missing(kind: 'cluster' | 'user', name: string, context: string): string {
  return `The context “${context}” names the ${kind} “${name}”, which no kubeconfig file has. Add it or correct the name.`;
}

function clusterProblem(cluster: ClusterEntry, user: UserEntry): string | undefined {
  const of = `The cluster “${cluster.name}”`;
  if (cluster.server === '') return `${of} has no server. Add “server: https://…” to it.`;
  if (!parseServerAddress(cluster.server, mentionsTls(cluster, user))) {
    return `${of} has a server that is no address of the form https://host:port. Correct “server:”.`;
  }
  if (cluster.proxyUrl !== '' && !parseProxyUrl(cluster.proxyUrl)) {
    return `${of} has a proxy-url that is none of http://, https:// or socks5://. Correct “proxy-url:”.`;
  }
  if (cluster.insecureSkipTlsVerify && (cluster.certificateAuthority || cluster.certificateAuthorityData)) {
    return `${of} has a certificate authority and insecure-skip-tls-verify, which contradict each other. Remove one of them.`;
  }
  return undefined;
}

function userProblem(user: UserEntry): string | undefined {
  const of = `The user “${user.name}”`;
  const hasCertificate = user.clientCertificate !== '' || user.clientCertificateData !== '';
  if (hasCertificate && user.clientKey === '' && user.clientKeyData === '') {
    return `${of} has a client certificate without a key. Add “client-key” or “client-key-data”.`;
  }
  if (user.token !== '' && (user.username !== '' || user.password !== '')) {
    return `${of} has a token and a password; the server takes only one. Remove one of them.`;
  }
  if (
    user.impersonate === '' &&
    (user.impersonateUid !== '' || user.impersonateGroups.length > 0 || user.impersonateExtra.size > 0)
  ) {
    return `${of} impersonates groups or a UID, but no user. Add “as:”.`;
  }
  return execProblem(user, of) ?? providerProblem(user, of);
}

function execProblem({ exec, authProvider }: UserEntry, of: string): string | undefined {
  if (!exec) return undefined;
  if (authProvider) return `${of} has both “exec” and “auth-provider”. Remove one of them.`;
  if (exec.command === '') return `${of} has an exec plugin without a command. Add “command:”.`;
  if (!/^client\.authentication\.k8s\.io\/(v1|v1beta1)$/.test(exec.apiVersion)) {
    return `${of} has an exec plugin of an apiVersion that is not spoken any more. Update the plugin and write “apiVersion: client.authentication.k8s.io/v1”.`;
  }
  if (exec.env.some(({ name }) => name === '')) {
    return `${of} has an exec plugin with a variable that has no name. Correct “env:”.`;
  }
  if (!['Never', 'IfAvailable', 'Always'].includes(exec.interactiveMode)) {
    return `${of} has an exec plugin without a valid interactiveMode. Write “interactiveMode: IfAvailable”, “Never” or “Always”.`;
  }
  return undefined;
}

function providerProblem({ authProvider }: UserEntry, of: string): string | undefined {
  if (!authProvider || authProvider.name === 'oidc') return undefined;
  const way = successors.get(authProvider.name) ?? 'Ask who runs the cluster for a kubeconfig with an exec plugin.';
  return `${of} signs in by the auth provider “${authProvider.name}”, which kubectl does not have any more. ${way}`;
}
