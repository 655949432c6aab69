/** Envoy's fault filter. It stands before the router: neither timeouts nor retries apply to what it does. */
import type { CompiledFault } from '../../policy/semantics/routing/compiled.ts';
import type { Runtime } from './runtime.ts';

type Abort = NonNullable<CompiledFault['abort']>;

/** Milliseconds to hold a request back; undefined: not this one. */
export function delayOf(fault: CompiledFault | undefined, runtime: Runtime): number | undefined {
  const delay = fault?.delay;
  return delay !== undefined && hits(delay.percent, runtime) ? delay.ms : undefined;
}

/** How to refuse a request; undefined: not this one. */
export function abortOf(fault: CompiledFault | undefined, runtime: Runtime): Abort | undefined {
  const abort = fault?.abort;
  return abort !== undefined && hits(abort.percent, runtime) ? abort : undefined;
}

/** Percentages of Istio. Chance is asked only where the outcome is open. */
export function hits(percent: number, runtime: Runtime): boolean {
  return percent >= 100 || (percent > 0 && runtime.random() * 100 < percent);
}
