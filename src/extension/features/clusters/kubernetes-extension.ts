import type { Disposable } from '../../disposables.ts';

/** The part of the Kubernetes extension's API `configuration v1_1` that we use. */
export interface KubernetesConfiguration {
  readonly onDidChangeContext: (listener: (context: string | null) => void) => Disposable;
  readonly onDidChangeNamespace: (listener: (namespace: string) => void) => Disposable;
}

export const kubernetesExtensionId = 'ms-kubernetes-tools.vscode-kubernetes-tools';

/** The configuration API among what the Kubernetes extension exports; undefined where its version is another. */
export function kubernetesConfiguration(exported: unknown): KubernetesConfiguration | undefined {
  if (!hasFunction(exported, 'get')) return undefined;
  const answer: unknown = exported.get('configuration', 'v1_1');
  if (typeof answer !== 'object' || answer === null || !('available' in answer) || answer.available !== true) {
    return undefined;
  }
  const api: unknown = 'api' in answer ? answer.api : undefined;
  return isConfiguration(api) ? api : undefined;
}

function isConfiguration(value: unknown): value is KubernetesConfiguration {
  return hasFunction(value, 'onDidChangeContext') && hasFunction(value, 'onDidChangeNamespace');
}

function hasFunction<K extends string>(value: unknown, name: K): value is Record<K, (...args: unknown[]) => unknown> {
  return typeof value === 'object' && value !== null && typeof (value as Record<string, unknown>)[name] === 'function';
}
