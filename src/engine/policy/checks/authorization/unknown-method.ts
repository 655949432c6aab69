import { didYouMean, nearestNames } from '../../../../shared/nearest-names.ts';
import type { FieldPath } from '../../../../shared/text.ts';
import { stringOf, valueAt } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { MeshObject } from '../../../model/mesh-object.ts';
import type { ObjectCheck } from '../check.ts';
import { replacements } from '../replacements.ts';
import { rulesOf } from '../routing/virtual-service-view.ts';
import { conditionValues } from './authorization-view.ts';

/** Registered methods of HTTP, those of WebDAV and caches included. */
const methods: ReadonlySet<string> = new Set(
  (
    'ACL BASELINE-CONTROL BIND CHECKIN CHECKOUT CONNECT COPY DELETE GET HEAD LABEL LINK LOCK MERGE MKACTIVITY ' +
    'MKCALENDAR MKCOL MKREDIRECTREF MKWORKSPACE MOVE OPTIONS ORDERPATCH PATCH POST PRI PROPFIND PROPPATCH PURGE PUT ' +
    'QUERY REBIND REPORT SEARCH TRACE UNBIND UNCHECKOUT UNLINK UNLOCK UPDATE UPDATEREDIRECTREF VERSION-CONTROL'
  ).split(' '),
);

export const unknownMethod: ObjectCheck = {
  scope: 'object',
  code: 'MESH1702',
  rule: 'unknown-method',
  aliases: ['KIA0102'],
  severity: 'warning',
  summary: 'A policy or a route names a method that HTTP does not have.',
  subject: [Kinds.authorizationPolicy, Kinds.virtualService],
  inputs: [],
  run(context) {
    const { subject } = context;
    for (const { value, path } of methodsOf(subject)) {
      if (value === '' || methods.has(value) || isMetPattern(value)) continue;
      const upper = value.toUpperCase();
      const near = methods.has(upper) ? [upper] : nearestNames(value, methods);
      const why = methods.has(upper)
        ? `Methods are compared letter by letter: no request has the method \`${value}\`.`
        : `HTTP has no method \`${value}\`.`;
      context.report(subject, path, {
        message: `${why}${didYouMean(near)}`,
        part: 'value',
        fixes: replacements(subject, path, near),
      });
    }
  },
};

/** Methods that are compared with those of requests. */
function methodsOf(object: MeshObject): readonly { readonly value: string; readonly path: FieldPath }[] {
  if (object.kind !== 'VirtualService') {
    return conditionValues(object).filter(
      ({ key, part }) => part === 'operation' && (key === 'methods' || key === 'notMethods'),
    );
  }
  return rulesOf(object).flatMap(({ type, matches }) =>
    (type === 'http' ? matches : []).map((match) => {
      const path = [...match.path, 'method', 'exact'];
      return { value: stringOf(valueAt(object, path)) ?? '', path };
    }),
  );
}

function isMetPattern(value: string): boolean {
  if (value.startsWith('*')) return [...methods].some((method) => method.endsWith(value.slice(1)));
  return value.endsWith('*') && [...methods].some((method) => method.startsWith(value.slice(0, -1)));
}
