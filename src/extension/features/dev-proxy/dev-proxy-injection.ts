import { debug, l10n, window, workspace } from 'vscode';
import { DisposableList, type Disposable } from '../../disposables.ts';
import type { Services } from '../../services.ts';
import { withProxyEnvironment } from './debug-configuration.ts';
import { environmentAddition } from './proxy-environment.ts';

/** Gives new terminals and debug sessions the environment of the dev proxy while it runs, and takes it back after. */
export class DevProxyInjection implements Disposable {
  readonly #services: Services;
  readonly #owned = new DisposableList();
  #sessions: Disposable | undefined;
  #given = '';

  constructor(services: Services) {
    this.#services = services;
    const { context, devProxy } = services;
    // Otherwise the address of a proxy that is gone would outlive the window.
    context.environmentVariableCollection.persistent = false;
    context.environmentVariableCollection.clear();
    this.#owned.add(devProxy.onDidChange(() => this.#apply()));
    this.#owned.add({ dispose: () => this.#withdraw() });
  }

  dispose(): void {
    this.#owned.dispose();
  }

  #apply(): void {
    const { status } = this.#services.devProxy;
    const isUp = status.phase === 'running' || status.phase === 'degraded';
    if (!isUp || !workspace.isTrusted) {
      if (status.phase === 'stopped' || !workspace.isTrusted) this.#withdraw();
      return;
    }
    const given = JSON.stringify(status.environment);
    if (given === this.#given) return;
    this.#given = given;
    const { variables, kept } = environmentAddition(status.environment, process.env);
    const collection = this.#services.context.environmentVariableCollection;
    collection.clear();
    collection.description = l10n.t(
      'Sends requests to services of {0} through the Meshlens dev proxy',
      status.context ?? '',
    );
    for (const [name, value] of Object.entries(variables)) collection.replace(name, value);
    this.#sessions ??= debug.registerDebugConfigurationProvider('*', {
      resolveDebugConfigurationWithSubstitutedVariables: (_, configuration) => {
        const { devProxy, settings } = this.#services;
        if (!settings.get('devProxy.debugSessions')) return configuration;
        return withProxyEnvironment(configuration, devProxy.status.environment, process.env);
      },
    });
    if (kept.length > 0) {
      void window.showWarningMessage(
        l10n.t(
          '{0} is set already and stays as it is. To use the dev proxy set it to {1} where you need it.',
          kept.join(', '),
          status.address ?? '',
        ),
      );
    }
  }

  #withdraw(): void {
    this.#given = '';
    this.#services.context.environmentVariableCollection.clear();
    this.#sessions?.dispose();
    this.#sessions = undefined;
  }
}
