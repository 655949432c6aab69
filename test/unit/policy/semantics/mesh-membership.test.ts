import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Labels, MeshObject } from '../../../../src/engine/model/mesh-object.ts';
import type { Membership } from '../../../../src/engine/policy/semantics/mesh-membership.ts';
import { membershipOf } from '../../../../src/engine/policy/semantics/mesh-membership.ts';
import { readWorkload } from '../../../../src/engine/policy/semantics/workloads.ts';

interface PodWords {
  readonly labels?: Labels;
  readonly annotations?: Labels;
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly namespace?: string;
}

function deployment({ labels = {}, annotations = {}, spec = {}, namespace = 'shop' }: PodWords): MeshObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    namespace,
    name: 'web',
    labels: {},
    annotations: {},
    spec: { template: { metadata: { labels, annotations }, spec: { containers: [{ name: 'web' }], ...spec } } },
    origin: { layer: 'workspace', source: 'file:///a.yaml' },
  };
}

const enabled = { 'istio-injection': 'enabled' };
const disabled = { 'istio-injection': 'disabled' };
const revision = { 'istio.io/rev': 'canary' };
const ambient = { 'istio.io/dataplane-mode': 'ambient' };
const inject = { 'sidecar.istio.io/inject': 'true' };
const refuse = { 'sidecar.istio.io/inject': 'false' };
const proxy = { containers: [{ name: 'web' }, { name: 'istio-proxy', image: 'proxyv2:1.27.0' }] };

/** As the conditions of Istio's injection webhooks and its documentation of ambient mode say. */
const cases: readonly (readonly [string, PodWords, Labels | undefined, Membership])[] = [
  ['nothing is said', {}, {}, 'none'],
  ['nothing is said and the namespace is not known', {}, undefined, 'unknown'],
  ['the namespace injects', {}, enabled, 'sidecar'],
  ['the namespace injects by revision', {}, revision, 'sidecar'],
  ['the pod opts out by label', { labels: refuse }, enabled, 'none'],
  ['the pod opts out by the old annotation', { annotations: refuse }, enabled, 'none'],
  ['the pod opts in by label', { labels: inject }, {}, 'sidecar'],
  ['the pod opts in by label, whatever its namespace', { labels: inject }, undefined, 'sidecar'],
  ['the old annotation does not call the webhook', { annotations: inject }, {}, 'none'],
  ['the pod asks for a revision', { labels: revision }, {}, 'sidecar'],
  ['the namespace refuses and wins over the pod', { labels: inject }, disabled, 'none'],
  ['the namespace refuses and wins over its own revision', {}, { ...disabled, ...revision }, 'none'],
  ['the host network is never redirected', { spec: { hostNetwork: true } }, enabled, 'none'],
  ['system namespaces are left alone', { labels: inject, namespace: 'kube-system' }, enabled, 'none'],
  ['injected by hand', { spec: proxy }, {}, 'sidecar'],
  ['injected by hand as a native sidecar', { spec: { initContainers: proxy.containers } }, undefined, 'sidecar'],
  ['the namespace is ambient', {}, ambient, 'ambient'],
  ['the pod is ambient', { labels: ambient }, {}, 'ambient'],
  ['the pod leaves the ambient mesh', { labels: { 'istio.io/dataplane-mode': 'none' } }, ambient, 'none'],
  ['injection wins over ambient', {}, { ...ambient, ...enabled }, 'sidecar'],
  ['opting out of injection stays ambient', { labels: refuse }, { ...ambient, ...enabled }, 'ambient'],
  ['opting out of injection in an unknown namespace', { labels: refuse }, undefined, 'unknown'],
];

describe('whether a workload is in the mesh', () => {
  for (const [name, words, namespace, expected] of cases) {
    test(name, () => {
      const workload = readWorkload(deployment(words));
      assert.ok(workload);
      assert.equal(membershipOf(workload, namespace), expected);
    });
  }
});
