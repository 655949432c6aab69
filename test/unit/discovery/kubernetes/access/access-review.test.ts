import assert from 'node:assert/strict';
import { test } from 'node:test';
import type {
  AccessQuestions,
  AccessRule,
} from '../../../../../src/engine/discovery/kubernetes/access/access-questions.ts';
import {
  reviewAccess,
  type WantedResource,
} from '../../../../../src/engine/discovery/kubernetes/access/access-review.ts';

const pods: WantedResource = { group: '', resource: 'pods', namespaced: true };
const routes: WantedResource = { group: 'networking.istio.io', resource: 'virtualservices', namespaced: true };
const classes: WantedResource = { group: 'gateway.networking.k8s.io', resource: 'gatewayclasses', namespaced: false };

/** `verb group/resource`, and `@namespace` where it is for one only. */
interface Rights {
  readonly everywhere?: readonly string[];
  readonly within?: Readonly<Record<string, readonly AccessRule[]>>;
  readonly namespaces?: readonly string[];
  readonly incomplete?: boolean;
}

const rule = (groups: string, resources: string, verbs = 'get list watch', isForNames = false): AccessRule => ({
  groups: groups === '' ? [''] : groups.split(' '),
  resources: resources.split(' '),
  verbs: verbs.split(' '),
  isForNames,
});

/** As a cluster answers: what holds everywhere is among the rules of each namespace. */
function cluster({ everywhere = [], within = {}, namespaces, incomplete = false }: Rights): {
  readonly questions: AccessQuestions;
  readonly asked: string[];
} {
  const asked: string[] = [];
  const general = everywhere.map((right): AccessRule => {
    const [verb = '', place = ''] = right.split(' ');
    const [group = '', resource = ''] = place.split('/');
    return rule(group, resource, verb);
  });
  return {
    asked,
    questions: {
      mayDo: async (verb, group, resource, namespace) => {
        asked.push(`${verb} ${group}/${resource}${namespace === undefined ? '' : `@${namespace}`}`);
        return Promise.resolve(
          everywhere.includes(`${verb} ${group}/${resource}`) ||
            (namespace !== undefined &&
              (within[namespace] ?? []).some(
                (one) => one.groups.includes(group) && one.resources.includes(resource) && one.verbs.includes(verb),
              )),
        );
      },
      rulesIn: async (namespace) => {
        asked.push(`rules@${namespace}`);
        return Promise.resolve({
          rules: incomplete ? [] : [...general, ...(within[namespace] ?? [])],
          isIncomplete: incomplete,
        });
      },
      namespaces: async () => Promise.resolve(namespaces),
    },
  };
}

const both = (place: string): readonly string[] => [`list ${place}`, `watch ${place}`];
const review = (
  questions: AccessQuestions,
  chosen: readonly string[] = [],
  wanted: readonly WantedResource[] = [pods, routes, classes],
): ReturnType<typeof reviewAccess> =>
  reviewAccess(questions, {
    wanted: () => Promise.resolve(wanted),
    chosen,
    contextNamespace: 'shop',
    alsoRead: ['istio-system'],
  });

test('an administrator is asked one question', async () => {
  const { questions, asked } = cluster({ everywhere: ['* */*'] });
  const { scopeOf, forbidden, confinedTo } = await review(questions);
  assert.deepEqual([scopeOf(pods), scopeOf(classes), forbidden, confinedTo], ['cluster', 'cluster', [], []]);
  assert.deepEqual(asked, ['* */*']);
});

test('chosen namespaces are read, and those of meshes beside them', async () => {
  const { questions } = cluster({ everywhere: ['* */*'] });
  const { scopeOf } = await review(questions, ['shop']);
  assert.deepEqual([scopeOf(pods), scopeOf(classes)], [['shop', 'istio-system'], 'cluster']);
});

test('who may read all but one kind is told of that one', async () => {
  const { questions } = cluster({
    everywhere: [
      ...both('/pods'),
      ...both('gateway.networking.k8s.io/gatewayclasses'),
      'list networking.istio.io/virtualservices',
    ],
  });
  const { scopeOf, forbidden } = await review(questions);
  assert.deepEqual([scopeOf(pods), scopeOf(classes), scopeOf(routes)], ['cluster', 'cluster', []]);
  assert.deepEqual(forbidden, [{ verb: 'watch', group: 'networking.istio.io', resource: 'virtualservices' }]);
});

test('who has rights in the namespace of the context gets that namespace', async () => {
  const { questions, asked } = cluster({ within: { shop: [rule('', 'pods'), rule('networking.istio.io', '*')] } });
  const { scopeOf, forbidden, confinedTo } = await review(questions);
  assert.deepEqual([scopeOf(pods), scopeOf(routes), scopeOf(classes), confinedTo], [['shop'], ['shop'], [], ['shop']]);
  assert.deepEqual(forbidden, [{ verb: 'list', group: 'gateway.networking.k8s.io', resource: 'gatewayclasses' }]);
  assert.ok(asked.length < 10, `${asked.length} questions: ${asked.join(', ')}`);
});

test('who may list namespaces gets all in which he has rights', async () => {
  const { questions } = cluster({
    everywhere: ['list /namespaces'],
    namespaces: ['bank', 'shop', 'till'],
    within: { bank: [rule('', 'pods')], till: [rule('', 'pods'), rule('networking.istio.io', 'virtualservices')] },
  });
  const { scopeOf, forbidden, confinedTo } = await review(questions);
  assert.deepEqual(confinedTo, ['bank', 'till']);
  assert.deepEqual([scopeOf(pods), scopeOf(routes)], [['bank', 'till'], ['till']]);
  assert.deepEqual(
    forbidden.filter(({ resource }) => resource === 'virtualservices'),
    [{ verb: 'list', group: 'networking.istio.io', resource: 'virtualservices', namespace: 'bank' }],
  );
});

test('who has no rights at all is told of each kind once, without namespaces', async () => {
  const { forbidden, confinedTo } = await review(cluster({}).questions);
  assert.deepEqual(
    forbidden.map(({ verb, resource, namespace }) => [verb, resource, namespace]),
    [
      ['list', 'pods', undefined],
      ['list', 'gatewayclasses', undefined],
      ['list', 'virtualservices', undefined],
    ],
  );
  assert.deepEqual(confinedTo, []);
});

test('a chosen namespace without rights is named', async () => {
  const { forbidden } = await review(
    cluster({ within: { shop: [rule('', 'pods')] } }).questions,
    ['shop', 'bank'],
    [pods],
  );
  assert.deepEqual(forbidden, [{ verb: 'list', group: '', resource: 'pods', namespace: 'bank' }]);
});

test('a right for single objects allows no list', async () => {
  const { questions } = cluster({ within: { shop: [rule('', 'pods', 'get list watch', true)] } });
  const { scopeOf } = await review(questions, [], [pods]);
  assert.deepEqual(scopeOf(pods), []);
});

test('where the rules are incomplete each kind is asked about', async () => {
  const { questions } = cluster({ incomplete: true, within: { shop: [rule('', 'pods')] } });
  const { scopeOf, knows } = await review(questions);
  assert.deepEqual([scopeOf(pods), scopeOf(routes)], [['shop'], []]);
  assert.deepEqual([knows(pods), knows({ ...pods, resource: 'gadgets' })], [true, false]);
});

test('nobody is told of a mesh namespace that he did not choose and may not read', async () => {
  const { forbidden } = await review(cluster({ within: { shop: [rule('', 'pods')] } }).questions, ['shop'], [pods]);
  assert.deepEqual(forbidden, []);
});
