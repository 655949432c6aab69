import { ClusterUnavailable } from '../engine/clusters/clusters.ts';
import { Engine, standaloneInitialization } from '../engine/engine.ts';
import type { CommandIo, OptionValues } from './command.ts';
import { stringOption, UnreachableError } from './command.ts';

/** An engine that reads the kubeconfig of the options. */
export function engineFor(values: OptionValues): Engine {
  const { settings } = standaloneInitialization;
  return new Engine({
    ...standaloneInitialization,
    settings: {
      ...settings,
      cluster: {
        kubeconfig: stringOption(values, 'kubeconfig') ?? '',
        prometheus: stringOption(values, 'prometheus') ?? '',
      },
    },
  });
}

/**
 * Connects the context of the options, if there is one, and waits until it is known. A person who names a context on the
 * command line agrees to its credentials' program, as kubectl takes it. @throws {UnreachableError}
 */
export async function connectContext(engine: Engine, values: OptionValues, io: CommandIo): Promise<string | undefined> {
  const context = stringOption(values, 'context');
  if (context === undefined) return undefined;
  try {
    const { phase, message, kinds } = await engine.connected(context, [], io.signal);
    if (kinds.every(({ state }) => state === 'forbidden' || state === 'absent'))
      throw new UnreachableError(message ?? `Nothing of ${context} may be read.`);
    if (phase === 'degraded' && message !== undefined) io.err(`${message}\n`);
    return context;
  } catch (error) {
    if (error instanceof ClusterUnavailable) throw new UnreachableError(error.message);
    throw error;
  }
}
