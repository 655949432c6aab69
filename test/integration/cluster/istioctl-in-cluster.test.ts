/**
 * Side by side with `istioctl analyze` of a cluster: every fixture about Istio or the Gateway API, and the samples, is put
 * into a real API server by itself. Both tools look there; what the API server refuses is left out for both.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { checks } from '../../../src/engine/policy/checks/registry.ts';
import type { MeshSettings } from '../../../src/shared/mesh-settings.ts';
import { realIstioMissing, startRealCluster, type RealCluster } from '../../cluster/real-cluster.ts';
import { fixtures } from '../../unit/policy/checks/fixture-files.ts';
import { ground } from './stage-ground.ts';
import { ClusterStage, documentsIn, type StagedDocument } from './cluster-stage.ts';
import { clusterFalsePositives, failures } from './istioctl-cluster-exceptions.ts';
import type { ToolFinding } from './istioctl-findings.ts';
import { istioctlFindings, keyOf, missed, objectsIn, ownFindingsInCluster } from './istioctl-findings.ts';

interface Case {
  readonly name: string;
  readonly text: string;
  readonly settings: MeshSettings;
  /** What is in the cluster without being in the text. */
  readonly others: readonly { readonly context: string; readonly text: string }[];
}

const samples = path.resolve(import.meta.dirname, '../../../samples');

const sampleCases = ['bookinfo', 'bookinfo/istio', 'bookinfo-kubernetes'].map((name): Case => {
  const folder = path.join(samples, name);
  const files = readdirSync(folder).filter((file) => file.endsWith('.yaml'));
  const texts = files.map((file) => readFileSync(path.join(folder, file), 'utf8'));
  return { name: `samples/${name}`, text: texts.join('\n---\n'), settings: {}, others: [] };
});

/** Rules about what the tool finds too. */
const sharedRules = new Set(
  checks.filter(({ aliases }) => aliases.some((alias) => alias.startsWith('IST'))).map(({ rule }) => rule),
);

const fixtureCases = fixtures
  .filter(({ rule, text }) => sharedRules.has(rule) || /istio|gateway\.networking\.k8s\.io/.test(text))
  .map(({ name, text, settings, clusters }): Case => ({ name, text, settings, others: clusters }));

const cases = [...fixtureCases, ...sampleCases];

/** A cluster in which one case after another is looked at. */
interface Station {
  readonly cluster: RealCluster;
  readonly stage: ClusterStage;
}

/** Cases wait for one another's processes most of the time: two at once, each in a cluster of its own, take little more. */
const atOnce = 2;

describe('istioctl analyze with a cluster', { skip: realIstioMissing }, () => {
  /** Those that no case uses now. */
  const free: Station[] = [];
  const unused = new Set(clusterFalsePositives.flatMap(({ findings }) => findings));
  const tally = { compared: 0, agreed: 0, excepted: 0, documents: 0 };
  /** Cases, and documents of cases, with why they are not compared. */
  const leftOut: string[] = [];
  const refused: string[] = [];

  before(async () => {
    for (let count = 0; count < atOnce; count++) {
      const cluster = await startRealCluster();
      free.push({ cluster, stage: await ClusterStage.on(cluster) });
    }
  });

  after(async () => {
    for (const { cluster, stage } of free) {
      stage.close();
      await cluster.stop();
    }
  });

  /** Theirs about the objects of the text; of a pod that a controller made, about the controller's object. */
  const about = async ({ cluster, stage }: Station, text: string, present: string): Promise<readonly ToolFinding[]> => {
    const declared = new Set(objectsIn(text));
    const known = new Set([present, ...ground].flatMap(objectsIn));
    const owners = await stage.ownersOfPods();
    const theirs = (await istioctlFindings(['--kubeconfig', cluster.kubeconfig])).map((finding) => ({
      ...finding,
      object: owners.get(finding.object) ?? finding.object,
    }));
    const others = theirs.filter(({ object }) => !declared.has(object) && !known.has(object));
    assert.deepEqual(
      others.filter(({ code }) => !ofBareNamespaces.has(code)),
      [],
      'it finds something of what nobody declares',
    );
    return theirs.filter(({ object }) => declared.has(object));
  };

  describe('of one case after another', { concurrency: atOnce }, () => {
    for (const { name, text, settings, others } of cases) {
      test(`finds nothing in ${name} that we miss`, async (t) => {
        // Skipped, not passed: what is not compared is counted, and printed with its reason at the end. istioctl looks at
        // one cluster, and this fixture has its objects in several.
        if (others.length > 1) {
          leftOut.push(`${name}: it is about several clusters`);
          t.skip('it is about several clusters');
          return;
        }
        const below = others[0]?.text ?? '';
        const present = documentsIn(below);
        const station = free.pop();
        assert.ok(station, 'as many cases at once as clusters');
        const { cluster, stage } = station;
        try {
          const staged = (await stage.put([...present, ...documentsIn(text)])).slice(present.length);
          // What lies over an object of the cluster is not put there: that is as the cluster has it.
          const liesOver = (why: string): boolean => below !== '' && why.endsWith('already exists');
          const isAccepted = ({ refused: why }: StagedDocument): boolean => why === undefined || liesOver(why);
          const accepted = staged.filter(isAccepted);
          for (const document of staged) if (!isAccepted(document)) refused.push(`${name}: ${document.refused ?? ''}`);
          const applied = accepted.map((document) => document.text).join('\n---\n');
          // Fixtures of what is refused: with nothing in the cluster there is nothing that istioctl could find there.
          if (accepted.length === 0) {
            leftOut.push(`${name}: the API server refuses all of it`);
            t.skip('the API server refuses all of it');
            return;
          }
          const failure = failures.find(({ files }) => files.includes(name));
          if (failure) {
            await assert.rejects(
              about(station, applied, below),
              failure.says,
              'it no longer fails: take the exception away',
            );
            leftOut.push(`${name}: ${failure.reason}`);
            return;
          }
          const theirs = await about(station, applied, below);
          // Connecting takes as long as all the rest: where it finds nothing, there is nothing to miss.
          const ours = theirs.length > 0 ? await ownFindingsInCluster(cluster.kubeconfig, applied, settings) : [];
          const left = missed(theirs, ours);
          const unnamed = left.filter((finding) => !named.has(`${name}: ${keyOf(finding)}`));
          for (const finding of left) unused.delete(`${name}: ${keyOf(finding)}`);
          tally.compared += 1;
          tally.documents += accepted.length;
          tally.agreed += theirs.length - left.length;
          tally.excepted += left.length;
          assert.deepEqual(unnamed, []);
        } finally {
          await stage.clear().finally(() => free.push(station));
        }
      });
    }
  });

  test('finds all that is called a false positive of it', () => {
    assert.deepEqual([...unused], []);
  });

  test('was compared in nearly everything', (t) => {
    t.diagnostic(
      `${tally.compared} of ${cases.length} fixtures and samples compared, ${tally.documents} documents; istioctl’s findings: ${tally.agreed} are ours too, ${tally.excepted} are false positives of it`,
    );
    t.diagnostic(`left out: ${leftOut.length}, and ${refused.length} documents that the API server refuses`);
    for (const why of [...leftOut, ...refused]) t.diagnostic(why);
    assert.equal(tally.compared + leftOut.length, cases.length, 'some were neither compared nor left out');
    assert.ok(leftOut.length < cases.length / 10, 'too much is left out');
    assert.ok(refused.length < tally.documents / 10, 'too many documents are refused');
  });
});

const named = new Set(clusterFalsePositives.flatMap(({ findings }) => findings));

/** Codes of namespaces without a label: those that nobody declares, and that are there for what is in them, have none. */
const ofBareNamespaces = new Set(['IST0102', 'IST0148']);
