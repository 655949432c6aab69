/** Rules of a definition, on several values: the real API server's dry run and ours must agree on whether they hold. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { WorkspaceFiles } from '../../../src/engine/discovery/workspace/workspace-files.ts';
import { analyze } from '../../../src/engine/policy/analyze.ts';
import { resolveMeshSettings } from '../../../src/shared/mesh-settings.ts';
import type { RealCluster } from '../../cluster/real-cluster.ts';
import { realClusterMissing, startRealCluster } from '../../cluster/real-cluster.ts';

const rules: readonly string[] = [
  'has(self.name) && self.name.size() > 3',
  'self.name.startsWith("re") || self.count > 2',
  'self.?name.orValue("none") != "none"',
  'self.?count.hasValue() && self.?count.value() < 5',
  'self.?count.optMap(c, c * 2).orValue(0) == 6',
  'self.?ports[0].name.orValue("") == "http"',
  'self.?ports[1].?name.hasValue() || self.?labels["app"].hasValue()',
  '[?self.?name, "x"].size() == 2',
  '{?"a": self.?name, "b": "c"}.size() == 2',
  'self.?name.or(self.?link).hasValue()',
  '!has(self.ports) || self.ports.all(i, p, p.number > i)',
  'self.ports.exists(i, p, has(p.name) && i == 0)',
  'self.ports.existsOne(i, p, p.number == 443)',
  'self.labels.all(k, v, k != v)',
  'self.labels.transformMap(k, v, k == "app", v + "!") == {"app": "x!"}',
  'self.labels.transformMapEntry(k, v, {v: k}).exists(k, k == "y")',
  'self.ports.transformList(i, p, i > 0, p.number) == [443]',
  'self.ports.map(p, p.number).isSorted() && self.ports.exists_one(p, p.number == 80)',
  'self.tags.sort() == ["a", "b"]',
  'self.ports.sortBy(p, -p.number)[0].number == 443',
  'self.tags.distinct().size() == self.tags.size() && self.tags.reverse().size() < 3',
  'self.tags.first().orValue("") == "b" && self.tags.slice(0, 1) == ["b"]',
  'self.tags.indexOf("a") == 1 && self.tags.lastIndexOf("a") == 1',
  'self.ports.map(p, p.number).sum() > 100 && self.ports.map(p, p.number).max() < 1000',
  'sets.contains(self.tags, ["a"]) || sets.equivalent(self.tags, ["z"])',
  'self.name.split("e", 2).size() == 2 && self.name.charAt(0) == "r"',
  'self.name.replace("e", "E", 1) == "rEviews" && self.name.substring(2) != ""',
  'self.name.lastIndexOf("e") > self.name.indexOf("e")',
  'self.name.upperAscii().find("[A-Z]+") != ""',
  'self.link.findAll("[a-z]+", 2) == ["https", "example"]',
  'isIP(self.address) && ip(self.address).family() == 4 && !ip(self.address).isLoopback()',
  'ip(self.address).isGlobalUnicast() && ip.isCanonical(self.address)',
  'cidr("10.0.0.0/8").containsIP(self.address) && cidr("10.0.0.0/8").containsCIDR("10.1.0.0/16")',
  'isURL(self.link) && url(self.link).getHost() == "example.com:8080"',
  'url(self.link).getQuery()["b"] == ["c"] && url(self.link).getEscapedPath() == "/a"',
  'isQuantity(self.size) && quantity(self.size).isLessThan(quantity("1Gi"))',
  'quantity(self.size).add(quantity("524Mi")) == quantity("1Gi")',
  'quantity(self.size).isInteger() && quantity(self.size).asInteger() > 1',
  'isSemver(self.version) && semver(self.version).minor() == 2',
  'semver(self.version, true).compareTo(semver("1.0.0")) >= 0',
  '!format.dns1123Label().validate(self.name).hasValue()',
  'format.named("uri").value().validate(self.link).hasValue()',
  'self.share * 2.0 == 1.0 && int(self.share) == 0',
  'self.count in [1, 2, 3] && self.count % 2 == 1 && self.count / 2 == 1',
  'string(self.count) == "3" && "%d of %s".format([self.count, self.name]) == "3 of reviews"',
  'self.count > 0 ? 10 / self.count == 3 : self.name == ""',
  'self.wait > duration("1m") && self.since < timestamp("2030-01-01T00:00:00Z")',
];

const values: readonly Readonly<Record<string, unknown>>[] = [
  {
    name: 'reviews',
    count: 3,
    share: 0.5,
    tags: ['b', 'a'],
    labels: { app: 'x', team: 'y' },
    ports: [{ number: 80, name: 'http' }, { number: 443 }],
    address: '10.0.0.1',
    size: '500Mi',
    version: '1.2.3',
    link: 'https://example.com:8080/a?b=c',
    wait: '90s',
    since: '2024-05-01T12:00:00Z',
  },
  {},
  {
    name: '',
    count: 0,
    share: 2,
    tags: [],
    labels: { app: 'app' },
    ports: [{ number: 1 }],
    address: '::1',
    size: '1.5',
    version: 'v01.2',
    link: 'a b',
    wait: '10s',
    since: '2031-01-01T00:00:00Z',
  },
  {
    name: 'Ünïcode',
    count: 5,
    share: 0.25,
    tags: ['a', 'a', 'c'],
    labels: { x: 'y', z: 'y' },
    ports: [{ number: 443 }, { number: 443 }],
    address: 'nowhere',
    size: 'many',
    version: '2.0.0-rc.1',
    link: '/a?b=c&b=d',
    wait: '1h',
    since: '2024-02-29T00:00:00Z',
  },
];

/** Rules that we leave open for a value. */
const open: readonly (readonly string[])[] = [[], [], [], []];

const short = { type: 'string', maxLength: 64 };

const sample = {
  type: 'object',
  properties: {
    name: short,
    count: { type: 'integer', minimum: 0, maximum: 10 },
    share: { type: 'number' },
    tags: { type: 'array', maxItems: 4, items: short },
    labels: { type: 'object', maxProperties: 4, additionalProperties: short },
    ports: {
      type: 'array',
      maxItems: 4,
      items: { type: 'object', required: ['number'], properties: { number: { type: 'integer' }, name: short } },
    },
    address: short,
    size: short,
    version: short,
    link: short,
    wait: { type: 'string', format: 'duration' },
    since: { type: 'string', format: 'date-time' },
  },
};

const definition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'samples.cel.example.com' },
  spec: {
    group: 'cel.example.com',
    scope: 'Namespaced',
    names: { kind: 'Sample', plural: 'samples', singular: 'sample', listKind: 'SampleList' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: {
                type: 'object',
                properties: Object.fromEntries(
                  rules.map((rule, index) => [
                    `r${String(index)}`,
                    { ...sample, 'x-kubernetes-validations': [{ rule }] },
                  ]),
                ),
              },
            },
          },
        },
      },
    ],
  },
};

const nameOf = (rule: number, value: number): string => `r${String(rule)}-v${String(value)}`;

function objectOf(rule: number, value: number): unknown {
  return {
    apiVersion: 'cel.example.com/v1',
    kind: 'Sample',
    metadata: { name: nameOf(rule, value), namespace: 'default' },
    spec: { [`r${String(rule)}`]: values[value] },
  };
}

/** Undefined where we leave it open. */
function heldByUs(object: unknown): boolean | undefined {
  const files = new WorkspaceFiles();
  files.setDisk('file:///definition.yaml', JSON.stringify(definition));
  files.setDisk('file:///object.yaml', JSON.stringify(object));
  const { diagnostics } = analyze({ files, settings: resolveMeshSettings({}) });
  const own = diagnostics.filter(({ uri }) => uri === 'file:///object.yaml');
  if (own.some(({ rule }) => rule === 'undecided-rule')) return undefined;
  return !own.some(({ severity }) => severity === 'error');
}

describe('rules against a real API server', { skip: realClusterMissing }, () => {
  let cluster: RealCluster;

  before(async () => {
    cluster = await startRealCluster({ withoutCrds: true });
    await cluster.apply(JSON.stringify(definition));
    await cluster.served('samples.cel.example.com');
  });

  after(() => cluster.stop());

  /** Names of the objects that the server refuses. */
  const refused = async (objects: readonly unknown[]): Promise<ReadonlySet<string>> => {
    const file = path.join(cluster.folder, 'samples.json');
    await writeFile(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }));
    try {
      await cluster.kubectl('create', '--dry-run=server', '-f', file);
      return new Set();
    } catch (error) {
      return new Set([...String(error).matchAll(/"(r\d+-v\d+)" is invalid/g)].map(([, name = '']) => name));
    }
  };

  for (const [value] of values.entries()) {
    test(`value ${String(value)}`, async () => {
      const objects = rules.map((_, rule) => objectOf(rule, value));
      const names = await refused(objects);
      const held = objects.map(heldByUs);
      const wrong = rules.filter((_, rule) => held[rule] === names.has(nameOf(rule, value)));
      assert.deepEqual(wrong, []);
      assert.ok(names.size < rules.length, 'the server looked at nothing');
      assert.deepEqual(
        rules.filter((_, rule) => held[rule] === undefined),
        open[value],
      );
    });
  }
});
