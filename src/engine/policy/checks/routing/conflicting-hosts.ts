import type { ResolvedMeshSettings } from '../../../../shared/mesh-settings.ts';
import type { FieldPath } from '../../../../shared/text.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { MeshObject } from '../../../model/mesh-object.ts';
import type { ExportTo } from '../../semantics/export-to.ts';
import { exportsOverlap, exportToOf } from '../../semantics/export-to.ts';
import { resolveHost } from '../../semantics/hosts.ts';
import type { Index, ObjectCheck } from '../check.ts';
import { gatewaysOf, hostsOf } from './virtual-service-view.ts';

interface HostClaim {
  readonly object: MeshObject;
  readonly host: string;
  readonly written: string;
  readonly path: FieldPath;
  readonly exportTo: ExportTo;
}

/** Hosts of VirtualServices that apply to sidecars, each object at most once for a host. */
function claimsOf(object: MeshObject, settings: ResolvedMeshSettings): readonly HostClaim[] {
  if (!gatewaysOf(object).includes('mesh')) return [];
  const exportTo = exportToOf(object, settings, 'defaultVirtualServiceExportTo');
  const claims = new Map<string, HostClaim>();
  for (const { host: written, path } of hostsOf(object)) {
    const host = resolveHost(written, object.namespace, settings);
    // A short name beside its own full name is one host.
    if (!claims.has(host)) claims.set(host, { object, host, written, path, exportTo });
  }
  return [...claims.values()];
}

const hostClaims: Index<ReadonlyMap<string, readonly HostClaim[]>> = {
  inputs: [Kinds.virtualService],
  relevant: (object, settings) =>
    claimsOf(object, settings).map(({ host, written, path, exportTo }) => [host, written, path, exportTo]),
  build: (objects, settings) => {
    const byHost = new Map<string, HostClaim[]>();
    for (const claim of objects.ofKind(Kinds.virtualService).flatMap((object) => claimsOf(object, settings))) {
      const same = byHost.get(claim.host);
      if (same) same.push(claim);
      else byHost.set(claim.host, [claim]);
    }
    return byHost;
  },
};

export const conflictingHosts: ObjectCheck = {
  scope: 'object',
  code: 'MESH1307',
  rule: 'conflicting-hosts',
  aliases: ['IST0109', 'KIA1106'],
  severity: 'error',
  summary: 'Two VirtualServices of the mesh are for the same host; only the older one counts.',
  subject: Kinds.virtualService,
  inputs: [hostClaims],
  run(context) {
    const { subject } = context;
    const byHost = context.index(hostClaims);
    for (const claim of claimsOf(subject, context.settings)) {
      const rivals = (byHost.get(claim.host) ?? []).filter(
        (other) =>
          // Another version of the same object, in another file, is no rival.
          !(other.object.name === subject.name && other.object.namespace === subject.namespace) &&
          exportsOverlap(claim.exportTo, other.exportTo) &&
          (claim.written.includes('.') || context.isNamespaceKnown === context.hasKnownNamespace(other.object)),
      );
      const [first] = rivals;
      if (!first) continue;
      const names = rivals.map(({ object }) => `\`${object.namespace}/${object.name}\``).join(', ');
      context.report(subject, claim.path, {
        message: `Host \`${claim.written}\` also belongs to VirtualService ${names}. Sidecars do not merge them: only the oldest counts.`,
        part: 'value',
        related: rivals
          .slice(0, 10)
          .map(({ object, path }) => ({ message: `VirtualService ${object.name}`, object, path })),
      });
    }
  },
};
