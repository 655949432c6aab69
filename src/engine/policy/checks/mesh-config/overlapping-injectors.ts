import { fieldOf, isRecord, listOf, stringOf, valueAt } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { Labels, MeshObject } from '../../../model/mesh-object.ts';
import { labelSelectorMatches, readLabelSelector } from '../../semantics/label-selector.ts';
import type { Index, ObjectCheck } from '../check.ts';
import { perObject } from '../per-object.ts';
import type { WebhookView } from './webhook-view.ts';
import { webhooksOf } from './webhook-view.ts';

interface Injector {
  readonly object: MeshObject;
  readonly webhook: WebhookView;
}

const revisionLabel = 'istio.io/rev';

/** Revisions that the configuration is for, or that its selectors speak of. */
const revisionsOf = perObject((object: MeshObject): readonly string[] => {
  const own = object.labels[revisionLabel];
  const selected = webhooksOf(object)
    .flatMap(({ namespaceSelector, objectSelector }) => [namespaceSelector, objectSelector])
    .flatMap((selector) => [
      stringOf(valueAt(selector, ['matchLabels', revisionLabel])) ?? [],
      ...listOf(fieldOf(selector, 'matchExpressions'))
        .filter((expression) => fieldOf(expression, 'key') === revisionLabel)
        .map((expression) => listOf(fieldOf(expression, 'values')).filter((value) => typeof value === 'string')),
    ])
    .flat();
  return [...(own === undefined ? [] : [own]), ...selected];
});

/** Webhooks that inject sidecars of Istio. */
const injectorsOf = perObject((object: MeshObject): readonly Injector[] => {
  const webhooks = webhooksOf(object);
  const isOfIstio = revisionsOf(object).length > 0 || webhooks.some(({ name }) => name.endsWith('istio.io'));
  return isOfIstio ? webhooks.map((webhook) => ({ object, webhook })) : [];
});

interface Injectors {
  readonly all: readonly Injector[];
  readonly revisions: readonly string[];
}

const injectors: Index<Injectors> = {
  inputs: [Kinds.mutatingWebhookConfiguration],
  relevant: (object) => [object.labels[revisionLabel], injectorsOf(object).map(({ webhook }) => webhook)],
  build: (objects) => {
    const configurations = objects.ofKind(Kinds.mutatingWebhookConfiguration);
    return {
      all: configurations.flatMap(injectorsOf),
      revisions: [...new Set(configurations.flatMap(revisionsOf))].slice(0, 50),
    };
  },
};

export const overlappingInjectors: ObjectCheck = {
  scope: 'object',
  code: 'MESH2302',
  rule: 'overlapping-injectors',
  aliases: ['IST0139'],
  severity: 'error',
  summary: 'Two webhooks are sent the same pods, so that these get two sidecars or that of the wrong revision.',
  subject: Kinds.mutatingWebhookConfiguration,
  inputs: [injectors],
  run(context) {
    const { subject } = context;
    const { all, revisions } = context.index(injectors);
    for (const [at, { webhook }] of injectorsOf(subject).entries()) {
      const others = all.filter(({ object, webhook: other }) =>
        object === subject
          ? // Within one configuration each pair is told once.
            webhooksOf(subject).findIndex(({ path }) => path[1] === other.path[1]) < at
          : // Another version of the same object, in another file, is no other one.
            object.name !== subject.name,
      );
      const overlap = firstOverlap(webhook, others, revisions);
      if (!overlap) continue;
      const { other, namespace, pod } = overlap;
      context.report(subject, [...webhook.path, 'name'], {
        message: `Webhook \`${other.webhook.name}\` of \`${other.object.name}\` is sent the same pods: ${textOf('those', pod)} in a namespace ${textOf('', namespace)}.`,
        part: 'value',
        related: [
          { message: `Webhook ${other.webhook.name}`, object: other.object, path: [...other.webhook.path, 'name'] },
        ],
      });
    }
  },
};

/** Labels of namespaces and of pods that decide about injection. */
function combinations(base: readonly Labels[], revisions: readonly string[]): readonly Labels[] {
  return [
    ...base,
    ...revisions.flatMap((revision) => base.map((labels) => ({ ...labels, [revisionLabel]: revision }))),
  ];
}

const ofNamespaces: readonly Labels[] = [{}, { 'istio-injection': 'enabled' }, { 'istio-injection': 'disabled' }];
const ofPods: readonly Labels[] = [{}, { 'sidecar.istio.io/inject': 'true' }, { 'sidecar.istio.io/inject': 'false' }];

interface Overlap {
  readonly other: Injector;
  readonly namespace: Labels;
  readonly pod: Labels;
}

function firstOverlap(
  webhook: WebhookView,
  others: readonly Injector[],
  revisions: readonly string[],
): Overlap | undefined {
  for (const namespace of combinations(ofNamespaces, revisions)) {
    if (!selects(webhook.namespaceSelector, namespace)) continue;
    for (const pod of combinations(ofPods, revisions)) {
      if (!selects(webhook.objectSelector, pod)) continue;
      const other = others.find(
        (each) => selects(each.webhook.namespaceSelector, namespace) && selects(each.webhook.objectSelector, pod),
      );
      if (other) return { other, namespace, pod };
    }
  }
  return undefined;
}

/** No selector selects everything; one that cannot be read nothing. */
function selects(value: unknown, labels: Labels): boolean {
  if (value === undefined || value === null) return true;
  const selector = isRecord(value) ? readLabelSelector(value) : undefined;
  return selector !== undefined && labelSelectorMatches(selector, labels);
}

function textOf(what: string, labels: Labels): string {
  const pairs = Object.entries(labels).map(([key, value]) => `\`${key}: ${value}\``);
  const text = pairs.length === 0 ? 'without such labels' : `with ${pairs.join(' and ')}`;
  return what === '' ? text : `${what} ${text}`;
}
