/** Annotations that Linkerd reads, and what may stand in them. */
import type { Labels } from '../../../model/mesh-object.ts';
import { defaultPolicies } from './default-policies.ts';

interface AnnotationProblem {
  readonly message: string;
  /** Words that it may have. */
  readonly values?: readonly string[];
  /** The annotation itself is out of place, not its value. */
  readonly isOfKey?: boolean;
}

const accrual = 'balancer.linkerd.io/failure-accrual';

/** Of the injector, with what stands behind `config.linkerd.io/`. */
const settings = [
  'access-log',
  'admin-port',
  'close-wait-timeout',
  'control-port',
  'debug-image',
  'debug-image-pull-policy',
  'debug-image-version',
  'default-inbound-policy',
  'enable-debug-sidecar',
  'enable-external-profiles',
  'enable-gateway',
  'image-pull-policy',
  'inbound-port',
  'init-image',
  'init-image-version',
  'opaque-ports',
  'outbound-port',
  'pod-inbound-ports',
  'proxy-await',
  'proxy-cpu-limit',
  'proxy-cpu-ratio-limit',
  'proxy-cpu-request',
  'proxy-disable-identity',
  'proxy-disable-inbound-protocol-detect-timeout',
  'proxy-disable-outbound-protocol-detect-timeout',
  'proxy-enable-native-sidecar',
  'proxy-ephemeral-storage-limit',
  'proxy-ephemeral-storage-request',
  'proxy-gid',
  'proxy-image',
  'proxy-inbound-connect-timeout',
  'proxy-inbound-discovery-cache-unused-timeout',
  'proxy-log-format',
  'proxy-log-http-headers',
  'proxy-log-level',
  'proxy-memory-limit',
  'proxy-memory-request',
  'proxy-outbound-connect-timeout',
  'proxy-outbound-discovery-cache-unused-timeout',
  'proxy-require-identity-inbound-ports',
  'proxy-uid',
  'proxy-version',
  'shutdown-grace-period',
  'skip-inbound-ports',
  'skip-outbound-ports',
  'skip-subnets',
];

export const knownAnnotations: readonly string[] = [
  'linkerd.io/inject',
  ...settings.map((name) => `config.linkerd.io/${name}`),
  'config.alpha.linkerd.io/proxy-wait-before-exit-seconds',
  'config.alpha.linkerd.io/proxy-enable-native-sidecar',
  'retry.linkerd.io/http',
  'retry.linkerd.io/grpc',
  'retry.linkerd.io/limit',
  'retry.linkerd.io/timeout',
  'timeout.linkerd.io/request',
  'timeout.linkerd.io/response',
  'timeout.linkerd.io/idle',
  accrual,
  `${accrual}-consecutive-max-failures`,
  `${accrual}-consecutive-min-penalty`,
  `${accrual}-consecutive-max-penalty`,
  `${accrual}-consecutive-jitter-ratio`,
];

const grpcCodes = ['cancelled', 'deadline-exceeded', 'internal', 'resource-exhausted', 'unavailable'];

const entriesOf = (value: string): readonly string[] => value.split(',').map((entry) => entry.trim());

/** What is wrong with the value of a known annotation; undefined where nothing is known to be. */
export function annotationProblem(key: string, value: string, all: Labels): AnnotationProblem | undefined {
  switch (key) {
    case 'config.linkerd.io/default-inbound-policy': {
      if (defaultPolicies.includes(value)) return undefined;
      const words = defaultPolicies.map((each) => `\`${each}\``).join(', ');
      return { message: `The policy is one of ${words}, not \`${value}\`.`, values: defaultPolicies };
    }
    case 'config.linkerd.io/skip-inbound-ports':
    case 'config.linkerd.io/skip-outbound-ports':
      return portsProblem(value, false);
    case 'config.linkerd.io/opaque-ports':
      return portsProblem(value, true);
    case 'retry.linkerd.io/http': {
      const wrong = entriesOf(value).find((entry) => !/^(?:5xx|gateway-error|[1-5]\d\d(?:-[1-5]\d\d)?)$/.test(entry));
      if (wrong === undefined) return undefined;
      return {
        message: `Which answers are tried again is said by codes such as \`503\` or \`500-504\`, \`5xx\` or \`gateway-error\`, not \`${wrong}\`.`,
        values: ['5xx', 'gateway-error'],
      };
    }
    case 'retry.linkerd.io/grpc': {
      const wrong = entriesOf(value).find((entry) => !grpcCodes.includes(entry));
      if (wrong === undefined) return undefined;
      const words = grpcCodes.map((each) => `\`${each}\``).join(', ');
      return { message: `Answers that can be tried again are ${words}, not \`${wrong}\`.`, values: grpcCodes };
    }
    case 'retry.linkerd.io/limit':
      return /^\d+$/.test(value) ? undefined : { message: `The limit is a whole number, not \`${value}\`.` };
    case 'retry.linkerd.io/timeout':
    case 'timeout.linkerd.io/request':
    case 'timeout.linkerd.io/response':
    case 'timeout.linkerd.io/idle':
      return /^(?:0|(?:\d+(?:ms|s|m|h|d))+)$/.test(value)
        ? undefined
        : { message: `A time is written with its unit, such as \`300ms\` or \`10s\`, not \`${value}\`.` };
    case accrual:
      return value === 'consecutive'
        ? undefined
        : { message: `The only mode is \`consecutive\`, not \`${value}\`.`, values: ['consecutive'] };
    default:
      return key.startsWith(`${accrual}-`) && all[accrual] === undefined
        ? { message: `Without \`${accrual}: consecutive\` this does nothing.`, isOfKey: true }
        : undefined;
  }
}

/** Numbers and ranges with commas between them. */
function portsProblem(value: string, mayBeNames: boolean): AnnotationProblem | undefined {
  const wrong = entriesOf(value).find(
    (entry) =>
      entry !== '' && !/^\d{1,5}(?:\s*-\s*\d{1,5})?$/.test(entry) && !(mayBeNames && /^[a-z][\w-]*$/i.test(entry)),
  );
  return wrong === undefined
    ? undefined
    : { message: `Ports are written as numbers and ranges, such as \`25,4000-4100\`, not \`${wrong}\`.` };
}
