import { KubeFailure } from '../transport/kube-transport.ts';
import { Refusal } from './refusal.ts';
import { describeTarget, type ReflectorTarget } from './target.ts';
import { fullResourceName } from '../resources/served-resource.ts';

/** What went wrong with a target, for people. */
export function wordsOf(error: unknown, target: ReflectorTarget): string {
  const what = describeTarget(target);
  const shown = 'What was last seen is shown; it is tried again every few seconds.';
  if (error instanceof KubeFailure) return `${what} cannot be followed: ${error.message} ${shown}`;
  if (error instanceof Refusal) {
    const words = error.message === '' ? '' : ` (${error.message})`;
    if (error.status === 429) {
      const seconds = Math.ceil((error.retryAfterMs ?? 1000) / 1000);
      return `The API server has too much to do to send ${what}; it asked to wait ${seconds} s, then it is tried again.`;
    }
    return `The API server answers ${error.status} when it is asked for ${what}${words}. ${shown}`;
  }
  return `${what} cannot be followed: ${error instanceof Error ? error.message : 'an unknown failure'}. ${shown}`;
}

/** That something may not be read, and what to ask an administrator for. */
export function forbiddenWords(target: Pick<ReflectorTarget, 'resource' | 'namespace'>, verb: string): string {
  const { resource, namespace } = target;
  const where =
    namespace === undefined ? (resource.namespaced ? ' in all namespaces' : '') : ` in namespace ${namespace}`;
  return `You may not ${verb} ${fullResourceName(resource)}${where}. Ask an administrator of the cluster for the verbs list and watch on it${
    resource.namespaced && namespace === undefined ? ', or choose a namespace in which you have them' : ''
  }.`;
}
