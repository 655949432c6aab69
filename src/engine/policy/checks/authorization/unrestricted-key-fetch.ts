import { fieldOf, listOf, stringOf, valueAt } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { MeshObject } from '../../../model/mesh-object.ts';
import { readWorkload } from '../../semantics/workloads.ts';
import type { Index, ObjectCheck } from '../check.ts';

const variable = 'BLOCKED_CIDRS_IN_JWKS_URIS';

const fetchesKeys = ({ spec }: MeshObject): boolean =>
  listOf(fieldOf(spec, 'jwtRules')).some((rule) => fieldOf(rule, 'jwks') === undefined);

/** RequestAuthentications whose keys istiod fetches. */
const keyFetchers: Index<readonly MeshObject[]> = {
  inputs: [Kinds.requestAuthentication],
  relevant: fetchesKeys,
  build: (objects) => objects.ofKind(Kinds.requestAuthentication).filter(fetchesKeys),
};

export const unrestrictedKeyFetch: ObjectCheck = {
  scope: 'object',
  code: 'MESH1711',
  rule: 'unrestricted-key-fetch',
  aliases: ['IST0175'],
  severity: 'warning',
  summary: 'Istiod fetches keys of tokens from any address that a RequestAuthentication names.',
  subject: Kinds.deployment,
  inputs: [keyFetchers],
  run(context) {
    const { subject } = context;
    if (subject.labels['app'] !== 'istiod') return;
    const containers = readWorkload(subject)?.containers.filter(({ isInit }) => !isInit) ?? [];
    const discovery = containers.find(({ name }) => name === 'discovery') ?? containers[0];
    if (!discovery) return;
    const isRestricted = containers.some(({ path }) =>
      listOf(valueAt(subject, [...path, 'env'])).some(
        (entry) =>
          fieldOf(entry, 'name') === variable &&
          (fieldOf(entry, 'valueFrom') !== undefined || (stringOf(fieldOf(entry, 'value')) ?? '') !== ''),
      ),
    );
    const fetchers = context.index(keyFetchers);
    const [first] = fetchers;
    if (isRestricted || !first) return;
    context.report(subject, [...discovery.path, 'name'], {
      message: `\`${variable}\` is not set, so whoever may write a RequestAuthentication can make istiod call addresses inside the cluster.`,
      part: 'value',
      related: fetchers
        .slice(0, 3)
        .map((object) => ({ message: `RequestAuthentication ${object.name}`, object, path: ['spec'] })),
    });
  },
};
