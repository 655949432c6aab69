/** What istioctl expects of its own analyzers: we find all of it, except what is not so, named beside. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { WorkspaceFiles } from '../../../src/engine/discovery/workspace/workspace-files.ts';
import type { MeshObject } from '../../../src/engine/model/mesh-object.ts';
import type { RuleSettings } from '../../../src/shared/rule-settings.ts';
import { fixtureTime } from '../../unit/policy/checks/fixture-files.ts';
import type { ToolFinding } from './istioctl-findings.ts';
import { ownFindingsIn } from './istioctl-findings.ts';
import { ownCases, ownCasesMissing } from './istioctl-own-cases.ts';
import { ownFalsePositives } from './istioctl-own-exceptions.ts';

/** What they add to every case: the gateway of an installation that nobody changed. */
const installation = `
apiVersion: v1
kind: Pod
metadata:
  name: istio-ingressgateway
  namespace: istio-system
  labels: { istio: ingressgateway }
spec:
  containers:
    - name: istio-proxy
---
apiVersion: v1
kind: Service
metadata:
  name: istio-ingressgateway
  namespace: istio-system
spec:
  selector: { istio: ingressgateway }
  ports:
    - { name: http2, port: 80 }
    - { name: https, port: 443 }
    - { name: tcp, port: 31400 }
    - { name: tls, port: 15443 }
`;

/** The objects of texts as those of a cluster, which has no others. */
function clusterOf(texts: Iterable<string>): readonly MeshObject[] {
  const files = new WorkspaceFiles();
  for (const [index, text] of [installation, ...texts].entries()) files.setDisk(`file:///${String(index)}.yaml`, text);
  return files.objects().map((object): MeshObject => ({ ...object, origin: { layer: 'cluster', source: 'test' } }));
}

/** Off unless somebody wants to know. */
const rules: RuleSettings = { 'alpha-annotation': 'information' };

/** Said of what is written, where they say it of the namespace of a pod, or of the settings in a ConfigMap. */
function asTheirs({ code, object }: ToolFinding): string {
  const [, namespace = ''] = /^Pod (.*)\//.exec(object) ?? [];
  if (code === 'IST0158') return `${code} Namespace ${namespace}`;
  return `${code} ${code === 'IST0126' ? 'MeshNetworks istio-system/meshnetworks' : object}`;
}

describe('the cases by which istioctl tests its analyzers', { skip: ownCasesMissing }, () => {
  const reasons = new Map(
    ownFalsePositives.flatMap(({ reason, findings }) => findings.map((finding) => [finding, reason])),
  );
  const unused = new Set(reasons.keys());

  for (const { name, texts, expected } of ownCases()) {
    test(`${name}: all that it expects is found`, () => {
      const base = clusterOf(texts.values());
      const found = new Set(ownFindingsIn(texts, { settings: {}, rules, now: fixtureTime, base }).map(asTheirs));
      const left = expected.filter((finding) => !found.has(finding));
      for (const finding of left) unused.delete(finding);
      assert.deepEqual(
        left.filter((finding) => !reasons.has(finding)),
        [],
      );
    });
  }

  test('nothing is called wrong of it that we find as well', () => {
    assert.deepEqual([...unused], []);
  });
});
