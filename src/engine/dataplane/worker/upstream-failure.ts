import type { ResponseFlag } from './response-flags.ts';

/** Why a try got no response, by Envoy's reset reasons. */
export type UpstreamFailureKind =
  | 'no-healthy-upstream'
  | 'overflow'
  | 'connection-failure'
  | 'connection-timeout'
  | 'connection-termination'
  | 'local-reset'
  | 'protocol-error'
  | 'per-try-timeout';

export interface UpstreamFailure {
  readonly kind: UpstreamFailureKind;
  /** What the transport said: `ECONNREFUSED`. Empty where nothing is known. */
  readonly detail: string;
}

const flags: Readonly<Record<UpstreamFailureKind, ResponseFlag>> = {
  'no-healthy-upstream': 'UH',
  overflow: 'UO',
  'connection-failure': 'UF',
  'connection-timeout': 'UF',
  'connection-termination': 'UC',
  'local-reset': 'LR',
  'protocol-error': 'UPE',
  'per-try-timeout': 'UT',
};

const reasons: Readonly<Record<UpstreamFailureKind, string>> = {
  'no-healthy-upstream': '',
  overflow: 'overflow',
  'connection-failure': 'remote connection failure',
  'connection-timeout': 'connection timeout',
  'connection-termination': 'connection termination',
  'local-reset': 'local reset',
  'protocol-error': 'protocol error',
  'per-try-timeout': 'per try timeout',
};

export interface FailureReply {
  readonly status: number;
  readonly flag: ResponseFlag;
  readonly body: string;
}

/** What Envoy's router answers for a failure; `retried` where it was not the first try. */
export function failureReply(failure: UpstreamFailure, retried: boolean): FailureReply {
  const flag = flags[failure.kind];
  if (failure.kind === 'no-healthy-upstream') return { status: 503, flag, body: 'no healthy upstream' };
  if (failure.kind === 'per-try-timeout') return { status: 504, flag, body: 'upstream request timeout' };
  const transport =
    failure.kind === 'connection-failure' && failure.detail !== ''
      ? `, transport failure reason: delayed connect error: ${failure.detail}`
      : '';
  return {
    status: failure.kind === 'protocol-error' ? 502 : 503,
    flag,
    body:
      'upstream connect error or disconnect/reset before headers. ' +
      `${retried ? 'retried and the latest ' : ''}reset reason: ${reasons[failure.kind]}${transport}`,
  };
}
