import type { Check } from '../src/engine/policy/checks/check.ts';

interface UpstreamCode {
  readonly code: string;
  readonly tool: 'istioctl' | 'Kiali';
  /** What it finds; absent where the number is retired. */
  readonly about?: string;
  /** Why no rule finds it. */
  readonly reason?: string;
}

export function otherToolsPage(): Promise<string>;
export function rulesByAlias(): Promise<ReadonlyMap<string, readonly Check[]>>;
export function upstreamCodes(): Promise<readonly UpstreamCode[]>;
