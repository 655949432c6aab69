import { fieldOf, isRecord, stringOf } from '../../../../../shared/untrusted.ts';
import type { FieldPath } from '../../../../../shared/text.ts';
import { Kinds } from '../../../../model/kinds.ts';
import type { MeshObject } from '../../../../model/mesh-object.ts';
import type { CheckContext, ObjectCheck } from '../../check.ts';
import { sitesIn } from '../sites.ts';
import { currentFilterName } from './filter-names.ts';

const connectionManager = 'envoy.filters.network.http_connection_manager';
const listenerTypes = ['LISTENER', 'FILTER_CHAIN', 'NETWORK_FILTER', 'HTTP_FILTER'];
const routeTypes = ['ROUTE_CONFIGURATION', 'VIRTUAL_HOST', 'HTTP_ROUTE'];

export const envoyMatch: ObjectCheck = {
  scope: 'object',
  code: 'MESH2273',
  rule: 'envoy-match',
  aliases: ['IST0106', 'IST0133'],
  severity: 'error',
  summary: 'The match of an EnvoyFilter is for other objects than the patch, or names none.',
  refusedBy: 'webhook',
  subject: Kinds.envoyFilter,
  inputs: [],
  run(context) {
    const { subject } = context;
    for (const { path, value } of sitesIn(subject, 'configPatches[]')) {
      const match = fieldOf(value, 'match');
      const applyTo = stringOf(fieldOf(value, 'applyTo'));
      if (!isRecord(match) || match.context === 'WAYPOINT' || applyTo === undefined) continue;
      const written = ['listener', 'routeConfiguration', 'cluster', 'waypoint'].find((key) => isRecord(match[key]));
      const expected = expectedMatch(applyTo);
      if (written !== undefined && expected !== undefined && written !== expected) {
        const message = `A patch of ${applyTo} is matched by \`${expected}\`, not by \`${written}\`.`;
        context.report(subject, [...path, 'match', written], { message, part: 'key' });
      } else if (written === 'listener' && expected === 'listener') {
        checkFilter(context, subject, applyTo, [...path, 'match', 'listener', 'filterChain', 'filter'], match.listener);
      }
    }
  },
};

function expectedMatch(applyTo: string): string | undefined {
  if (listenerTypes.includes(applyTo)) return 'listener';
  if (routeTypes.includes(applyTo)) return 'routeConfiguration';
  return applyTo === 'CLUSTER' ? 'cluster' : undefined;
}

function checkFilter(
  context: CheckContext,
  subject: MeshObject,
  applyTo: string,
  path: FieldPath,
  listener: unknown,
): void {
  const filter = fieldOf(fieldOf(listener, 'filterChain'), 'filter');
  if (!isRecord(filter)) return;
  const name = stringOf(filter.name) ?? '';
  const sub = filter.subFilter ?? undefined;
  if (applyTo === 'LISTENER' || applyTo === 'FILTER_CHAIN') {
    const message = `A patch of ${applyTo} is not for a filter, so this has no effect.`;
    context.report(subject, path, { message, part: 'key', severity: 'warning' });
  }
  if (name === '') {
    context.report(subject, path, { message: 'The match of a filter needs its `name`.', part: 'key' });
  } else if (sub !== undefined && applyTo !== 'HTTP_FILTER') {
    const message = `\`subFilter\` is for patches of HTTP_FILTER, and this one is of ${applyTo}.`;
    context.report(subject, [...path, 'subFilter'], { message, part: 'key' });
  } else if (sub !== undefined && (currentFilterName(name) ?? name) !== connectionManager) {
    const message = `HTTP filters are part of \`${connectionManager}\`, and this is \`${name}\`.`;
    context.report(subject, [...path, 'name'], { message, part: 'value' });
  } else if (isRecord(sub) && (stringOf(sub.name) ?? '') === '') {
    const message = 'The match of an HTTP filter needs its `name`.';
    context.report(subject, [...path, 'subFilter'], { message, part: 'key' });
  }
}
