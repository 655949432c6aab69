import { extensions, workspace } from 'vscode';
import { DisposableList } from '../../disposables.ts';
import type { Services } from '../../services.ts';
import { kubernetesConfiguration, kubernetesExtensionId } from './kubernetes-extension.ts';

/**
 * Takes over the context and the namespace that somebody chooses in the Kubernetes extension, once a cluster has been
 * chosen here: before that nobody has asked us for any. Its API has events only, and tells no present choice.
 */
export function registerFollowKubernetes(services: Services, owned: DisposableList): void {
  const { clusters, settings, log } = services;
  const following = owned.add(new DisposableList());
  let isFollowing = false;
  /** The context we connected because it was chosen over there; it gives way to the next one. */
  let followed: string | undefined;

  const takeContext = async (context: string | null): Promise<void> => {
    if (context === null || !settings.get('cluster.followKubernetesExtension') || !workspace.isTrusted) return;
    const { contexts } = await clusters.readContexts();
    if (contexts.every(({ name }) => name !== context)) return;
    const [only] = clusters.choices;
    const left = followed ?? (clusters.choices.length === 1 ? only?.context : undefined);
    followed = context;
    if (clusters.choices.every((choice) => choice.context !== context)) {
      await clusters.connect({ context, namespaces: [] });
    }
    if (left !== undefined && left !== context) await clusters.disconnect(left);
  };

  const takeNamespace = async (namespace: string): Promise<void> => {
    if (!settings.get('cluster.followKubernetesExtension') || !workspace.isTrusted || namespace === '') return;
    // The namespace over there is that of the kubeconfig's current context.
    const { contexts } = await clusters.readContexts();
    const current = contexts.find(({ isCurrent }) => isCurrent)?.name;
    if (current === undefined || clusters.choices.every(({ context }) => context !== current)) return;
    await clusters.connect({ context: current, namespaces: [namespace] });
  };

  const follow = async (): Promise<void> => {
    if (isFollowing || clusters.choices.length === 0 || !settings.get('cluster.followKubernetesExtension')) return;
    const extension = extensions.getExtension<unknown>(kubernetesExtensionId);
    if (extension === undefined) return;
    isFollowing = true;
    const configuration = kubernetesConfiguration(await extension.activate());
    if (configuration === undefined) {
      log.info('The Kubernetes extension offers no configuration API that is known here.');
      return;
    }
    const logged = (error: unknown): void => log.warn('The Kubernetes extension could not be followed.', error);
    following.add(configuration.onDidChangeContext((context) => void takeContext(context).catch(logged)));
    following.add(configuration.onDidChangeNamespace((namespace) => void takeNamespace(namespace).catch(logged)));
  };
  const tryToFollow = (): void =>
    void follow().catch((error: unknown) => log.warn('The Kubernetes extension did not start.', error));
  owned.add(clusters.onDidChange(tryToFollow));
  owned.add(extensions.onDidChange(tryToFollow));
  owned.add(settings.onDidChange(tryToFollow));
}
