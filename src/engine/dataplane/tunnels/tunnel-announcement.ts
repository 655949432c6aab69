/**
 * A connect to a local socket succeeds before the tunnel behind it stands, so that a pod that cannot be reached looks like
 * one that broke off. Beside the plain socket, which any client may use, each way has one that says how it went before
 * anything else: who picks endpoints himself can take a failed dial for a failed connect, and the next endpoint.
 */

/** Path of the socket that announces, of the plain one's. */
export function announcingPath(path: string): string {
  return `${path}.a`;
}

/** First byte where the tunnel stands; the pod's bytes follow. */
export const tunnelStands = 0x06;
/** First byte where it does not; words in UTF-8 follow, then the end. */
export const tunnelFailed = 0x15;
