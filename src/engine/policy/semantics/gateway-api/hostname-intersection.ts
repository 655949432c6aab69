/**
 * Hostnames of listeners and routes. `*.example.com` stands for one or more labels before `example.com`, not for
 * `example.com` itself; case and ports do not count.
 */
import { hostCovers } from '../hosts.ts';

/** The hosts that both stand for, as one name; undefined where they have none in common. Absent stands for every host. */
export function intersectHostnames(a: string | undefined, b: string | undefined): string | undefined {
  const [first, second] = [a?.toLowerCase() ?? '', b?.toLowerCase() ?? ''];
  if (first === '') return second;
  if (second === '' || hostCovers(second, first)) return first;
  if (hostCovers(first, second)) return second;
  return undefined;
}
