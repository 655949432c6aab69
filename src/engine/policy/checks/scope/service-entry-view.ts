/** Hosts and ports of ServiceEntries, read from untrusted data: what is wrong is left out. */
import type { ResolvedMeshSettings } from '../../../../shared/mesh-settings.ts';
import type { FieldPath } from '../../../../shared/text.ts';
import { fieldOf, isRecord, listOf, numberOf, stringOf } from '../../../../shared/untrusted.ts';
import { groupBy } from '../../../model/indexes/per-part.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { MeshObject } from '../../../model/mesh-object.ts';
import type { ExportTo } from '../../semantics/export-to.ts';
import { exportsOverlap, exportToOf } from '../../semantics/export-to.ts';
import type { Index } from '../check.ts';

interface PortView {
  readonly number: number | undefined;
  /** In capitals; `TCP` where none is given. */
  readonly protocol: string;
  readonly hasProtocol: boolean;
  readonly path: FieldPath;
}

export interface EntryPort {
  readonly object: MeshObject;
  readonly host: string;
  readonly hostPath: FieldPath;
  readonly port: PortView;
  readonly exportTo: ExportTo;
}

export function portsOf(object: MeshObject): readonly PortView[] {
  return listOf(fieldOf(object.spec, 'ports')).flatMap((value, index) => {
    if (!isRecord(value)) return [];
    const protocol = stringOf(value.protocol) ?? '';
    return [
      {
        number: numberOf(value.number),
        protocol: protocol === '' ? 'TCP' : protocol.toUpperCase(),
        hasProtocol: protocol !== '',
        path: ['spec', 'ports', index],
      },
    ];
  });
}

/** Every pair of a host and a port of an entry. */
export function entryPorts(object: MeshObject, settings: ResolvedMeshSettings): readonly EntryPort[] {
  const exportTo = exportToOf(object, settings, 'defaultServiceExportTo');
  const ports = portsOf(object);
  return listOf(fieldOf(object.spec, 'hosts')).flatMap((host, index) =>
    typeof host === 'string' && host !== ''
      ? ports.map((port) => ({
          object,
          host: host.toLowerCase(),
          hostPath: ['spec', 'hosts', index],
          port,
          exportTo,
        }))
      : [],
  );
}

const keyOf = ({ host, port }: EntryPort): string => `${host}:${String(port.number)}`;

/** By host and port. */
export const entryPortDirectory: Index<ReadonlyMap<string, readonly EntryPort[]>> = {
  inputs: [Kinds.serviceEntry],
  relevant: ({ spec }) =>
    ['hosts', 'ports', 'exportTo', 'workloadSelector', 'location'].map((key) => fieldOf(spec, key)),
  build: (objects, settings) =>
    groupBy(
      objects.ofKind(Kinds.serviceEntry).flatMap((object) => entryPorts(object, settings)),
      (entry) => [keyOf(entry)],
    ),
};

/** Entries of other objects for the same host and port that somebody sees together with this one. */
export function rivalsOf(entry: EntryPort, all: ReadonlyMap<string, readonly EntryPort[]>): readonly EntryPort[] {
  return (all.get(keyOf(entry)) ?? []).filter(
    ({ object, exportTo }) =>
      !(object.name === entry.object.name && object.namespace === entry.object.namespace) &&
      exportsOverlap(exportTo, entry.exportTo),
  );
}
