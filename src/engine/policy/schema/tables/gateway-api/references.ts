/** References between objects of the Gateway API. */
import { fieldOf, listOf, stringOf } from '../../../../../shared/untrusted.ts';
import type { ApiChannel } from '../../kind-schema.ts';
import type { ListSchema, ObjectSchema, RuleProblem, Schema, SchemaRule } from '../../schema.ts';
import { integer, list, record } from '../../schema.ts';
import { has, isGiven } from '../table-rules.ts';
import { groupName, kindName, namespaceName, objectName, sectionName } from './names.ts';
import { portNumber } from '../port-number.ts';

export const gatewayGroup = 'gateway.networking.k8s.io';

/** An object of any kind in the same namespace. */
export const localReference = (help: string, what: string): ObjectSchema =>
  record(
    help,
    {
      group: groupName(`API group of the ${what}; empty for the core group.`),
      kind: kindName(`Kind of the ${what}.`),
      name: objectName(`Name of the ${what}.`),
    },
    { required: ['group', 'kind', 'name'] },
  );

/** Parameters of a controller: an object of any kind, cluster-wide or in a namespace. */
export const parametersReference = (help: string): ObjectSchema =>
  record(
    help,
    {
      group: groupName('API group of the object.'),
      kind: kindName('Kind of the object.'),
      name: objectName('Name of the object.'),
      namespace: namespaceName('Namespace of the object; left out for one that belongs to none.'),
    },
    { required: ['group', 'kind', 'name'] },
  );

/** A secret, or what an implementation takes instead. */
export const secretReference = (help: string): ObjectSchema =>
  record(
    help,
    {
      group: groupName('API group of the object; the core group unless given.', { default: '' }),
      kind: kindName('Kind of the object; Secret unless given.', { default: 'Secret' }),
      name: objectName('Name of the object.'),
      namespace: namespaceName(
        'Namespace of the object; that of this one unless given. Another one needs a ReferenceGrant.',
      ),
    },
    { required: ['name'] },
  );

const servicePort: SchemaRule = (value) => {
  const isService = fieldOf(value, 'group') === '' && fieldOf(value, 'kind') === 'Service';
  return isService && !has(value, 'port') ? [{ path: [], message: 'A Service as backend needs a `port`.' }] : [];
};

const backendFields = {
  group: groupName('API group of the backend; the core group unless given.', { default: '' }),
  kind: kindName('Kind of the backend; Service unless given.', { default: 'Service' }),
  name: objectName('Name of the backend.'),
  namespace: namespaceName(
    'Namespace of the backend; that of this object unless given. Another one needs a ReferenceGrant there.',
  ),
  port: portNumber('Port of the service; not that of its pods.'),
};

/** A backend without a share. */
export const backendReference = (help: string): ObjectSchema =>
  record(help, backendFields, { required: ['name'], rules: [servicePort] });

/** Backends with their shares, and what else a kind of route lets them have. */
export const weightedBackends = (
  further: Readonly<Record<string, Schema>> = {},
  options: Pick<ListSchema, 'minItems'> = {},
): ListSchema =>
  list(
    'Where the traffic goes. Without any, requests of this rule are answered with 500.',
    record(
      'One backend and its share.',
      {
        ...backendFields,
        weight: integer('Share of the traffic relative to the weights beside it; 1 unless given, 0 for none.', {
          minimum: 0,
          maximum: 1_000_000,
          format: 'int32',
          default: 1,
        }),
        ...further,
      },
      { required: ['name'], rules: [servicePort] },
    ),
    { maxItems: 16, ...options },
  );

const parentKeys = ['group', 'kind', 'name', 'namespace'];

/** Several references to one parent must each name a section (or, experimentally, a port), and different ones. */
const distinctParents =
  (channel: ApiChannel): SchemaRule =>
  (value) => {
    const parts = channel === 'experimental' ? ['sectionName', 'port'] : ['sectionName'];
    const what = parts.map((part) => `\`${part}\``).join(' or ');
    const isSet = (item: unknown, part: string): boolean => isGiven(item, part) && fieldOf(item, part) !== 0;
    const firstOf = new Map<string, unknown>();
    const seen = new Set<string>();
    return listOf(value).flatMap((item, index): readonly RuleProblem[] => {
      const parent = JSON.stringify(parentKeys.map((key) => fieldOf(item, key) ?? ''));
      const own = JSON.stringify([parent, ...parts.map((part) => (isSet(item, part) ? fieldOf(item, part) : ''))]);
      const first = firstOf.get(parent);
      if (first === undefined) firstOf.set(parent, item);
      const name = stringOf(fieldOf(item, 'name')) ?? '';
      const isMixed = first !== undefined && parts.some((part) => isSet(first, part) !== isSet(item, part));
      if (isMixed) {
        return [{ path: [index], message: `\`${name}\` is named more than once: each time with ${what}, or never.` }];
      }
      if (seen.has(own)) {
        return [{ path: [index], message: `\`${name}\` is named more than once with the same ${what}.` }];
      }
      seen.add(own);
      return [];
    });
  };

export const parentReferences = (channel: ApiChannel): ListSchema =>
  list(
    'What the route attaches to: Gateways, or Services for traffic inside the mesh.',
    record(
      'One parent.',
      {
        group: groupName('API group of the parent; empty for a Service.', { default: gatewayGroup }),
        kind: kindName('Kind of the parent; Gateway unless given.', { default: 'Gateway' }),
        name: objectName('Name of the parent.'),
        namespace: namespaceName('Namespace of the parent; that of this route unless given.'),
        sectionName: sectionName('Name of the listener, or of the port of a Service; all unless given.'),
        port: portNumber('Port of the listener or Service; all unless given.'),
      },
      { required: ['name'] },
    ),
    { maxItems: 32, rules: [distinctParents(channel)] },
  );
