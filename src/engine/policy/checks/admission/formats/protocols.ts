/** Protocols of ports, which Istio reads without regard to case. */

const http = new Set(['http', 'http2', 'http_proxy', 'grpc', 'grpc-web']);
const tls = new Set(['https', 'tls']);
const other = new Set(['tcp', 'udp', 'mongo', 'redis', 'mysql']);

export const protocolNames = ['HTTP', 'HTTPS', 'HTTP2', 'GRPC', 'GRPC-Web', 'TCP', 'TLS', 'MONGO', 'REDIS', 'MYSQL'];

export function isKnownProtocol(name: string): boolean {
  return isHttpProtocol(name) || isTlsProtocol(name) || other.has(name.toLowerCase());
}

/** Whether requests can be seen on the port, without ending TLS. */
export function isHttpProtocol(name: string): boolean {
  return http.has(name.toLowerCase());
}

export function isTlsProtocol(name: string): boolean {
  return tls.has(name.toLowerCase());
}
