import type { MeshObject } from '../../../model/mesh-object.ts';
import { groupOf } from '../../../model/mesh-object.ts';
import { didYouMean, nearestNames } from '../../../../shared/nearest-names.ts';
import { builtInGroups } from '../../schema/group-kinds.ts';
import type { SchemaCatalog } from '../../schema/schema-catalog.ts';
import type { DeclarationCheck } from '../check.ts';

/** Where the kinds of a group are now. */
const formerGroups: ReadonlyMap<string, string> = new Map([['networking.x-k8s.io', 'gateway.networking.k8s.io']]);

/** What took the place of the kinds of groups that Istio had once. */
const removedGroups: ReadonlyMap<string, string> = new Map([
  ['rbac.istio.io', 'AuthorizationPolicy of `security.istio.io`'],
  ['authentication.istio.io', 'PeerAuthentication and RequestAuthentication of `security.istio.io`'],
  ['config.istio.io', 'Telemetry of `telemetry.istio.io` and WasmPlugin of `extensions.istio.io`'],
]);

export const unknownApiVersion: DeclarationCheck = {
  scope: 'declaration',
  code: 'MESH1111',
  rule: 'unknown-api-version',
  aliases: [],
  severity: 'error',
  refusedBy: 'api-server',
  summary: 'The kind is not served in this group and version.',
  find({ object, schemas }) {
    const { apiVersion, kind } = object;
    const group = groupOf(apiVersion);
    const schema = schemas.find(apiVersion, kind);
    if (!schema && !schemas.kindsOf(group)) {
      const successor = removedGroups.get(group);
      if (successor !== undefined) {
        const message = `Istio no longer has the API group \`${group}\`, so nothing follows this. ${successor} took its place.`;
        return [{ path: ['apiVersion'], message, part: 'value' }];
      }
      if (!apiVersion.includes('/') && schemas.find(`${apiVersion}/`, kind)) return [withoutVersion(object, schemas)];
      const home = builtInGroups.has(group) ? homeOf(object, schemas) : undefined;
      if (home) return [home];
      // A group of its own may have any kind; only one that looks like a slip of the finger is told.
      const groups = schemas.groupsOf(kind).filter((each) => each !== 'core');
      const near = groups.find((each) => each === formerGroups.get(group)) ?? nearestNames(group, groups, 1)[0];
      const meant = near === undefined ? undefined : schemas.find(`${near}/`, kind);
      if (near === undefined || !meant) return [];
      const names = meant.versions.map((version) => `${near}/${version}`);
      return [
        {
          path: ['apiVersion'],
          message: `There is no API group \`${group}\`.${didYouMean(names)}`,
          fixes: replacements(object, names),
        },
      ];
    }
    if (!schema || schema.hasOwnReader === true) return [];
    const prefix = group === 'core' ? '' : `${group}/`;
    const versions = schema.versions.map((version) => prefix + version);
    if (versions.includes(apiVersion)) return [];
    if (schema.experimentalVersions?.includes(apiVersion.slice(prefix.length)) === true) {
      const message = `\`${apiVersion}\` is served in the experimental channel of the API only.`;
      return [{ path: ['apiVersion'], message, severity: 'information', fixes: replacements(object, versions) }];
    }
    const served = versions.map((version) => `\`${version}\``).join(', ');
    return [
      { path: ['apiVersion'], message: `${kind} is served as ${served}.`, fixes: replacements(object, versions) },
    ];
  },
};

/** Where a kind is, of which Kubernetes has none in the group that is written. */
function homeOf(object: MeshObject, schemas: SchemaCatalog): Found | undefined {
  const { apiVersion, kind } = object;
  const names = schemas.groupsOf(kind).flatMap((group) => {
    const prefix = group === 'core' ? '' : `${group}/`;
    return (schemas.find(`${prefix}v1`, kind)?.versions ?? []).slice(0, 1).map((version) => prefix + version);
  });
  if (names.length === 0) return undefined;
  const message = `\`${apiVersion}\` has no ${kind}.${didYouMean(names)}`;
  return { path: ['apiVersion'], message, fixes: replacements(object, names) };
}

/** A group by itself is read as a version of the core group. */
function withoutVersion(object: MeshObject, schemas: SchemaCatalog): Found {
  const group = object.apiVersion;
  const names = (schemas.find(`${group}/`, object.kind)?.versions ?? []).map((version) => `${group}/${version}`);
  return {
    path: ['apiVersion'],
    message: `\`${group}\` needs a version behind it.${didYouMean(names.slice(0, 1))}`,
    fixes: replacements(object, names),
  };
}

type Found = ReturnType<DeclarationCheck['find']>[number];

function replacements(
  object: Parameters<DeclarationCheck['find']>[0]['object'],
  names: readonly string[],
): NonNullable<Found['fixes']> {
  return names.map((value, index) => ({
    title: `Replace with \`${value}\``,
    isPreferred: index === 0,
    changes: [{ type: 'replace-value', object, path: ['apiVersion'], value }],
  }));
}
