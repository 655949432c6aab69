/** The small types that the kinds of the Gateway API are made of. */
import type { TextSchema } from '../../schema.ts';
import { text } from '../../schema.ts';

const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const subdomainHelp = 'lower-case letters, digits, `-` and `.`, with a letter or digit at both ends of each part';

type TextOptions = Omit<Partial<TextSchema>, 'type' | 'help'>;

export const objectName = (help: string): TextSchema => text(help, { minLength: 1, maxLength: 253 });

export const groupName = (help: string, options: TextOptions = {}): TextSchema =>
  text(help, {
    maxLength: 253,
    pattern: /^$|^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/,
    patternHelp: 'an API group such as `gateway.networking.k8s.io`, or empty for the core group',
    ...options,
  });

export const kindName = (help: string, options: TextOptions = {}): TextSchema =>
  text(help, {
    minLength: 1,
    maxLength: 63,
    pattern: /^[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?$/,
    patternHelp: 'letters, digits and `-`, with a letter first',
    ...options,
  });

export const namespaceName = (help: string): TextSchema =>
  text(help, {
    minLength: 1,
    maxLength: 63,
    pattern: /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/,
    patternHelp: 'lower-case letters, digits and `-`, with a letter or digit at both ends',
  });

export const sectionName = (help: string): TextSchema =>
  text(help, { minLength: 1, maxLength: 253, pattern: subdomain, patternHelp: subdomainHelp });

/** Without wildcard. */
export const preciseHostname = (help: string, options: TextOptions = {}): TextSchema =>
  text(help, { minLength: 1, maxLength: 253, pattern: subdomain, patternHelp: subdomainHelp, ...options });

export const hostname = (help: string): TextSchema =>
  text(help, {
    minLength: 1,
    maxLength: 253,
    pattern: /^(\*\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/,
    patternHelp: 'a host name in lower case; only its first part may be `*`',
  });

/** `1h30m`, `500ms`: up to four parts of whole numbers. */
export const gatewayDuration = (help: string, options: TextOptions = {}): TextSchema =>
  text(help, {
    pattern: /^([0-9]{1,5}(h|m|s|ms)){1,4}$/,
    patternHelp: 'a duration such as `500ms`, `10s` or `1h30m`, of whole numbers',
    ...options,
  });

export const headerName = (help: string): TextSchema =>
  text(help, {
    minLength: 1,
    maxLength: 256,
    pattern: /^[A-Za-z0-9!#$%&'*+\-.^_\x60|~]+$/,
    patternHelp: 'a name of letters, digits and `-`, without blanks or `:`',
  });

export const controllerName = (help: string): TextSchema =>
  text(help, {
    minLength: 1,
    maxLength: 253,
    pattern: /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\/[A-Za-z0-9/\-._~%!$&'()*+,;=:]+$/,
    patternHelp: 'a domain and a path, such as `istio.io/gateway-controller`',
  });
