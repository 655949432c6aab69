/** Kinds whose documents are worth our title buttons; other YAML keeps its own. */
const kinds =
  /^kind:\s*["']?(LocalMesh|VirtualService|DestinationRule|Gateway|ServiceEntry|Sidecar|EnvoyFilter|WorkloadEntry|WorkloadGroup|PeerAuthentication|RequestAuthentication|AuthorizationPolicy|Telemetry|ProxyConfig|WasmPlugin|HTTPRoute|GRPCRoute|TCPRoute|TLSRoute|ReferenceGrant|GatewayClass|NetworkPolicy)\b/m;

const scanned = 256 * 1024;

/** Whether YAML text declares something of a mesh. Looks at the first 256 KiB only; it runs at every switch of editors. */
export function isMeshDocument(text: string): boolean {
  return kinds.test(text.length > scanned ? text.slice(0, scanned) : text);
}

/** Name of the file that declares a local mesh, in any folder of the workspace. */
export const meshFileName = 'meshlens.yaml';
