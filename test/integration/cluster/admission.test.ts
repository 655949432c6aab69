/** Asks a real API server and a real istiod's webhook whether they take what we take, and refuse what we refuse. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import yaml from 'js-yaml';
import { WorkspaceFiles } from '../../../src/engine/discovery/workspace/workspace-files.ts';
import { analyze } from '../../../src/engine/policy/analyze.ts';
import { istioKinds } from '../../../src/engine/policy/schema/tables/istio/istio-kinds.ts';
import type { Diagnostic } from '../../../src/shared/diagnostics.ts';
import { resolveMeshSettings } from '../../../src/shared/mesh-settings.ts';
import type { UntrustedRecord } from '../../../src/shared/untrusted.ts';
import { fieldOf, isRecord, listOf, recordOf, stringOf } from '../../../src/shared/untrusted.ts';
import type { Admission, AdmissionPeer } from '../../cluster/admission-peer.ts';
import { admissionPeer } from '../../cluster/admission-peer.ts';
import { mutate } from '../../cluster/mutate.ts';
import type { RealCluster } from '../../cluster/real-cluster.ts';
import { realIstioMissing, startRealCluster } from '../../cluster/real-cluster.ts';
import { seededRandom } from '../../seeded-random.ts';
import { fixtures } from '../../unit/policy/checks/fixture-files.ts';

const namespace = 'shop';
const settings = resolveMeshSettings();

/** What they refuse and we do not, and why that is so. */
const refusedByThemAlone: readonly (readonly [RegExp, string])[] = [
  [/must be a valid CEL expression/, 'the syntax of filters of access logs is not read'],
  [/Envoy filter: (?:json|proto|unknown|invalid|bad)/, 'patches are not held to the descriptors of Envoy’s API'],
  [/referenced type unknown/, 'types of Envoy’s API are not listed'],
  [/spec\.portLevelMtls: .*at least 1/, 'entries without a value are counted'],
];

/** What they warn of and we do not, and why. */
const warnedByThemAlone: readonly (readonly [RegExp, string])[] = [
  [/exposes internal implementation details/, 'said of every EnvoyFilter'],
  [/^virtualService rule/, 'overlapping matches are guessed; ours are told where no request is left'],
  [/IP Autoallocation is not enabled/, '`tcp-entry-without-address` says it, whoever admits the object'],
  [/unknown field .* in envoy\./, 'patches are not held to the descriptors of Envoy’s API'],
];

function ours(object: UntrustedRecord): readonly Diagnostic[] {
  const files = new WorkspaceFiles();
  files.setDisk('file:///object.yaml', JSON.stringify(object));
  return analyze({ files, settings, layer: 'admission' }).diagnostics;
}

/** What one side says and the other does not; undefined where they agree, or differ for a reason. */
function difference(object: UntrustedRecord, theirs: Admission): string | undefined {
  const findings = ours(object);
  const errors = findings.filter(({ severity }) => severity === 'error');
  const about = `${stringOf(object.kind) ?? ''} ${JSON.stringify(object.spec)}`;
  const { refusal } = theirs;
  if (refusal !== undefined) {
    const isKnown = errors.length > 0 || refusedByThemAlone.some(([pattern]) => pattern.test(refusal));
    return isKnown ? undefined : `${about}\n  they refuse: ${refusal}`;
  }
  if (errors.length > 0) {
    return `${about}\n  we refuse: ${errors.map(({ rule, message }) => `${rule}: ${message}`).join(' ')}`;
  }
  const untold = theirs.warnings.filter((text) => !warnedByThemAlone.some(([pattern]) => pattern.test(text)));
  return untold.length > 0 && findings.length === 0 ? `${about}\n  they warn: ${untold.join(' ')}` : undefined;
}

const isIstio = (object: UntrustedRecord): boolean =>
  istioKinds.some(
    ({ group, kind, versions }) =>
      kind === object.kind && versions.some((version) => object.apiVersion === `${group}/${version}`),
  );

/** Every object of Istio in our fixtures, moved to one namespace. */
const written: readonly UntrustedRecord[] = fixtures
  .flatMap(({ text }) => {
    try {
      return yaml.loadAll(text);
    } catch {
      return [];
    }
  })
  .flatMap((object) => (isRecord(object) && isRecord(object.metadata) && isIstio(object) ? [object] : []))
  .map((object) => ({ ...object, metadata: { name: 'a', ...recordOf(object.metadata), namespace } }));

const specs = yaml.load(readFileSync(path.join(import.meta.dirname, 'admission-cases.yaml'), 'utf8'));
const cases: readonly UntrustedRecord[] = istioKinds.flatMap(({ group, kind, versions }) =>
  listOf(fieldOf(specs, kind)).map((spec) => ({
    apiVersion: `${group}/${versions[0] ?? ''}`,
    kind,
    metadata: { name: 'a', namespace },
    spec,
  })),
);

describe('API server and webhook refuse what we say they refuse', { skip: realIstioMissing }, () => {
  let cluster: RealCluster;
  let peer: AdmissionPeer;

  before(async () => {
    cluster = await startRealCluster({ istio: true, nodes: 1 });
    await cluster.kubectl('create', 'namespace', namespace);
    peer = await admissionPeer(cluster);
  });
  after(async () => {
    peer.dispose();
    await cluster.stop();
  });

  const agree = async (objects: readonly UntrustedRecord[]): Promise<void> => {
    const differences: string[] = [];
    for (const object of objects) {
      const found = difference(object, await peer.ask(object));
      if (found !== undefined) differences.push(found);
    }
    assert.deepEqual(differences, []);
  };

  test('every object of the fixtures', async () => {
    assert.ok(written.length > 300);
    await agree(written);
  });

  test('cases by hand for every kind', async () => {
    assert.ok(istioKinds.every(({ kind }) => cases.some((object) => object.kind === kind)));
    await agree(cases);
  });

  // Of the cases alone: with fixtures the mutations would be others whenever one of those changes.
  test('mutations of the cases', async () => {
    const random = seededRandom(20_261);
    const mutations = Array.from({ length: 3000 }, () => {
      const source = cases[Math.floor(random() * cases.length)];
      assert.ok(source);
      return mutate(source, random);
    });
    await agree(mutations);
  });
});
