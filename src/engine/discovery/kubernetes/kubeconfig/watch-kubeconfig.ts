import { fingerprintOf } from './kubeconfig-fingerprint.ts';
import type { Kubeconfig } from './load-kubeconfig.ts';

/**
 * Calls `onChange` when a file of the kubeconfig came, went or was written since it was loaded, until disposed. It looks
 * every `intervalMs`: that also sees links, replaced files and network folders, which the notifications of the system miss.
 */
export function watchKubeconfig(
  kubeconfig: Pick<Kubeconfig, 'paths' | 'fingerprint'>,
  onChange: () => void,
  intervalMs = 2000,
): { dispose(): void } {
  const ending = new AbortController();
  let known = kubeconfig.fingerprint;
  let timer: NodeJS.Timeout | undefined;
  const look = async (): Promise<void> => {
    const seen = await fingerprintOf(kubeconfig.paths);
    if (ending.signal.aborted) return;
    const changed = known !== seen;
    known = seen;
    schedule(intervalMs);
    if (changed) onChange();
  };
  const schedule = (delay: number): void => {
    timer = setTimeout(() => void look(), delay);
    timer.unref();
  };
  schedule(0);
  return {
    dispose: () => {
      ending.abort();
      clearTimeout(timer);
    },
  };
}
