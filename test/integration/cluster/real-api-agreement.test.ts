/** The real API server is asked, by dry run, whether it takes each object: it and the structure must agree. */
import assert from 'node:assert/strict';
import process from 'node:process';
import { after, before, describe, test } from 'node:test';
import yaml from 'js-yaml';
import { WorkspaceFiles } from '../../../src/engine/discovery/workspace/workspace-files.ts';
import { analyze } from '../../../src/engine/policy/analyze.ts';
import { checks } from '../../../src/engine/policy/checks/registry.ts';
import { resolveMeshSettings } from '../../../src/shared/mesh-settings.ts';
import type { UntrustedRecord } from '../../../src/shared/untrusted.ts';
import { fieldOf, isRecord, listOf, recordOf, stringOf, valueAt } from '../../../src/shared/untrusted.ts';
import { ApiServer, jsonBody } from '../../cluster/api-server.ts';
import type { RealCluster } from '../../cluster/real-cluster.ts';
import { realClusterMissing, startRealCluster } from '../../cluster/real-cluster.ts';
import { fixtures } from '../../unit/policy/checks/fixture-files.ts';

const mutations = Number(process.env['MESHLENS_API_MUTATIONS'] ?? 300);

/** Groups whose structure is ours to know, and that the test cluster serves. */
const groups =
  /^(?:[a-z]+\.istio\.io|gateway\.networking\.(?:x-)?k8s\.io|policy\.networking\.k8s\.io|(?:policy\.|workload\.)?linkerd\.io)\//;
/** What a release serves that is newer than the definitions of the test cluster: it would only say that it knows of none. */
const newer: ReadonlySet<unknown> = new Set(['policy.networking.k8s.io/v1beta1']);
/** Kinds of Kubernetes itself, of which only some fields are known: what we refuse of these, the API server refuses. */
const ownKinds = new Map([
  ['v1/Pod', 'api/v1/namespaces/default/pods'],
  ['v1/ServiceAccount', 'api/v1/namespaces/default/serviceaccounts'],
  ['v1/ConfigMap', 'api/v1/namespaces/default/configmaps'],
  ['v1/Secret', 'api/v1/namespaces/default/secrets'],
  ['v1/Service', 'api/v1/namespaces/default/services'],
  ['v1/Namespace', 'api/v1/namespaces'],
  ['apps/v1/Deployment', 'apis/apps/v1/namespaces/default/deployments'],
  ['apps/v1/StatefulSet', 'apis/apps/v1/namespaces/default/statefulsets'],
  ['apps/v1/DaemonSet', 'apis/apps/v1/namespaces/default/daemonsets'],
  ['apps/v1/ReplicaSet', 'apis/apps/v1/namespaces/default/replicasets'],
  ['batch/v1/Job', 'apis/batch/v1/namespaces/default/jobs'],
  ['batch/v1/CronJob', 'apis/batch/v1/namespaces/default/cronjobs'],
  ['networking.k8s.io/v1/Ingress', 'apis/networking.k8s.io/v1/namespaces/default/ingresses'],
  ['discovery.k8s.io/v1/EndpointSlice', 'apis/discovery.k8s.io/v1/namespaces/default/endpointslices'],
]);

const keyOf = (object: UntrustedRecord): string => `${String(object['apiVersion'])}/${String(object['kind'])}`;

const refusedBy = new Map(checks.map((check) => [check.code, check.refusedBy]));

interface Refusal {
  readonly by: 'api-server' | 'webhook';
  readonly said: string;
}

/** What we say the API server refuses though it does not, each with its reason. */
const named: readonly { readonly reason: string; readonly fits: (object: UntrustedRecord, said: string) => boolean }[] =
  [
    {
      reason: 'Istio’s definitions let an object without spec pass; its webhook, which is not asked here, does not',
      fits: (object, said) => /istio[.]io/.test(String(object['apiVersion'])) && said.includes('`spec`'),
    },
    {
      reason: 'Istio’s definition takes any text for this duration; its webhook, which is not asked here, does not',
      fits: (object, said) =>
        String(object['kind']) === 'DestinationRule' && /tcp\.idleTimeout: .* is no duration/.test(said),
    },
  ];

interface Random {
  next(below: number): number;
}

/** Mulberry32: the same mutations in every run. */
function random(seed: number): Random {
  let state = seed;
  return {
    next(below) {
      state = (state + 0x6d_2b_79_f5) | 0;
      let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
      mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
      return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
    },
  };
}

type Path = readonly (string | number)[];

function pathsOf(value: unknown, at: Path = []): readonly Path[] {
  const own = at.length > 0 ? [at] : [];
  if (Array.isArray(value)) return [...own, ...value.flatMap((item, index) => pathsOf(item, [...at, index]))];
  return isRecord(value)
    ? [...own, ...Object.entries(value).flatMap(([key, each]) => pathsOf(each, [...at, key]))]
    : own;
}

const oddValues: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  70_000,
  1.5,
  '',
  'x',
  'Not-A-Name!',
  '10s',
  '0s',
  'a'.repeat(300),
  [],
  {},
  ['x'],
  { x: 1 },
];

/** One change somewhere in the spec: a value replaced, dropped, doubled or added. */
function mutate(source: UntrustedRecord, dice: Random): UntrustedRecord {
  const object = structuredClone(source) as Record<string, unknown>;
  const paths = pathsOf(object.spec, ['spec']);
  const path = paths[dice.next(paths.length)] ?? ['spec'];
  const parent = valueAt(object, path.slice(0, -1)) as Record<string | number, unknown> | unknown[];
  const key = path.at(-1) ?? 'spec';
  const target = parent as Record<string | number, unknown>;
  switch (dice.next(5)) {
    case 0:
      if (Array.isArray(parent)) parent.splice(Number(key), 1);
      else Reflect.deleteProperty(target, key);
      break;
    case 1:
      if (Array.isArray(parent)) parent.push(structuredClone(target[key]));
      else target[`${String(key)}x`] = structuredClone(target[key]);
      break;
    case 2: {
      const other = paths[dice.next(paths.length)] ?? ['spec'];
      target[key] = structuredClone(valueAt(object, other));
      break;
    }
    default:
      target[key] = structuredClone(oddValues[dice.next(oddValues.length)]);
  }
  return object;
}

function refusedByUs(object: unknown): readonly Refusal[] {
  const files = new WorkspaceFiles();
  files.setDisk('file:///object.yaml', JSON.stringify(object, null, 1));
  const { diagnostics } = analyze({ files, settings: resolveMeshSettings({ gatewayApiChannel: 'experimental' }) });
  return diagnostics.flatMap(({ code, severity, path, message }) => {
    const by = refusedBy.get(code);
    return severity === 'error' && by !== undefined ? [{ by, said: `${path}: ${message}` }] : [];
  });
}

describe('structures against a real API server', { skip: realClusterMissing }, () => {
  let cluster: RealCluster;
  let api: ApiServer;
  let plurals: ReadonlyMap<string, { readonly plural: string; readonly namespaced: boolean }>;
  let ask: (object: UntrustedRecord) => Promise<{ readonly accepted: boolean; readonly said: string }>;

  before(async () => {
    cluster = await startRealCluster();
    api = await ApiServer.of(cluster.kubeconfig);
    const definitions = JSON.parse(await cluster.kubectl('get', 'crd', '-o', 'json')) as unknown;
    plurals = new Map(
      listOf(fieldOf(definitions, 'items')).map((definition) => [
        `${String(valueAt(definition, ['spec', 'group']))}/${String(valueAt(definition, ['spec', 'names', 'kind']))}`,
        {
          plural: String(valueAt(definition, ['spec', 'names', 'plural'])),
          namespaced: valueAt(definition, ['spec', 'scope']) === 'Namespaced',
        },
      ]),
    );
    ask = async (object) => {
      const apiVersion = String(object['apiVersion']);
      const { plural, namespaced } = plurals.get(`${apiVersion.split('/')[0] ?? ''}/${String(object['kind'])}`) ?? {
        plural: '',
        namespaced: true,
      };
      const place = namespaced ? `namespaces/default/${plural}` : plural;
      const path = ownKinds.get(keyOf(object)) ?? `apis/${apiVersion}/${place}`;
      const answer = await api.ask('POST', `/${path}?dryRun=All&fieldValidation=Strict`, jsonBody(object));
      return { accepted: answer.status === 201, said: answer.message };
    };
  });

  after(async () => {
    api.close();
    await cluster.stop();
  });

  const objects = fixtures
    // The definitions here are of one release, and this is about fields of earlier ones.
    .filter(({ rule, name }) => rule !== 'suppressed' && name !== 'experimental-field/former.yaml')
    .flatMap(({ name, text: source }) => {
      try {
        return yaml.loadAll(source).map((value) => ({ name, value }));
      } catch {
        return [];
      }
    })
    .flatMap(({ name, value }) => {
      const object = recordOf(value);
      if (
        !object ||
        newer.has(object['apiVersion']) ||
        !(groups.test(stringOf(object['apiVersion']) ?? '') || ownKinds.has(keyOf(object)))
      )
        return [];
      const metadata = Object.fromEntries(
        Object.entries(recordOf(object['metadata']) ?? {}).filter(([key]) => key !== 'namespace'),
      );
      const whole: UntrustedRecord = { ...object, metadata };
      return [{ name, object: whole }];
    });

  const isServed = (object: UntrustedRecord): boolean =>
    ownKinds.has(keyOf(object)) ||
    plurals.has(`${String(object['apiVersion']).split('/')[0] ?? ''}/${String(object['kind'])}`);

  const compare = async (object: UntrustedRecord): Promise<string | undefined> => {
    const ours = refusedByUs(object);
    const { accepted, said } = await ask(object);
    // Rules of Istio's definitions are checks of what its webhook refuses too.
    const wrong = accepted
      ? ours.filter((refusal) => refusal.by === 'api-server' && !named.some(({ fits }) => fits(object, refusal.said)))
      : ours;
    if (accepted ? wrong.length === 0 : wrong.length > 0 || ownKinds.has(keyOf(object))) return undefined;
    return `${String(object['kind'])} ${JSON.stringify(object['spec'])?.slice(0, 600)}\n  API server: ${accepted ? 'takes it' : said.slice(0, 500)}\n  ours: ${
      ours
        .map((refusal) => refusal.said)
        .join('; ')
        .slice(0, 300) || 'takes it'
    }`;
  };

  test('every object of the fixtures', async () => {
    const wrong: string[] = [];
    for (const { name, object } of objects) {
      if (!isServed(object)) continue;
      const difference = await compare(object);
      if (difference !== undefined) wrong.push(`${name}: ${difference}`);
    }
    assert.deepEqual(wrong, []);
  });

  test(`${String(mutations)} changed objects`, async () => {
    const dice = random(Number(process.env['MESHLENS_API_SEED'] ?? 1));
    const known = objects.filter(({ object }) => isRecord(object['spec']) && isServed(object));
    const wrong: string[] = [];
    for (let index = 0; index < mutations; index++) {
      const { object } = known[dice.next(known.length)] ?? { object: {} };
      const difference = await compare(mutate(object, dice));
      if (difference !== undefined) wrong.push(difference);
    }
    assert.deepEqual(wrong, []);
  });
});
