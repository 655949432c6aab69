/** Addresses as Go's `netip` reads them. */
import { isIP } from 'node:net';
import { isCidr } from '../../../schema/text-formats.ts';
import { hostNameProblem } from './host-names.ts';

export const socketPrefix = 'unix://';

export function isIpAddress(text: string): boolean {
  return /^[\d.]+$|:/.test(text) && isIP(text) !== 0;
}

export function isAddressOrRange(text: string): boolean {
  return text.includes('/') ? isCidr(text) : isIpAddress(text);
}

/** Where a workload is: an IP address or a DNS name. */
export function isAddressOrName(text: string): boolean {
  return isIpAddress(text) || hostNameProblem(text) === undefined;
}

/** What is wrong with the path of a Unix domain socket, to follow "The socket"; `@` begins an abstract name. */
export function socketProblem(path: string): string | undefined {
  if (path === '') return 'has no path';
  if (path.startsWith('@') || (path.startsWith('/') && !path.endsWith('/'))) return undefined;
  return `\`${path}\` must be the absolute path of a file`;
}
