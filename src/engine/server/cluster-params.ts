import { documentUri } from './document-uri.ts';
import type { ClusterAction } from '../../shared/cluster.ts';
import type { ResourceRef } from '../../shared/resource.ts';
import {
  choice,
  compact,
  fieldsOf,
  InvalidParams,
  number,
  own,
  requiredText,
  text,
  type Fields,
} from './param-fields.ts';

const where = 'params.action';
const actions = ['apply', 'remove', 'enrol', 'deploy-bookinfo'] as const;
/** A namespace, as Kubernetes allows it: it becomes part of paths and labels. */
const namespaceName = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** @throws {InvalidParams} */
export function resourceRefOf(value: unknown, place: string): ResourceRef {
  const fields = fieldsOf(value, place);
  return {
    apiVersion: requiredText(fields, 'apiVersion', place),
    kind: requiredText(fields, 'kind', place),
    namespace: text(fields, 'namespace', place) ?? '',
    name: requiredText(fields, 'name', place),
  };
}

/** @throws {InvalidParams} */
export function clusterActionOf(value: unknown): ClusterAction {
  const fields = fieldsOf(value, where);
  const type = choice(fields, 'type', where, actions);
  switch (type) {
    case 'apply':
      return compact<ClusterAction & { readonly type: 'apply' }>({
        type,
        uri: documentUri(requiredText(fields, 'uri', where)),
        text: requiredText(fields, 'text', where),
        document: number(fields, 'document', where),
      });
    case 'remove':
      return { type, refs: refsOf(own(fields, 'refs')) };
    case 'enrol': {
      const mode = choice(fields, 'mode', where, ['sidecar', 'ambient', 'none']);
      if (mode === undefined) throw new InvalidParams(`${where}.mode is missing.`);
      const revision = text(fields, 'revision', where);
      return { type, namespace: namespaceOf(fields), mode, ...(revision === undefined ? {} : { revision }) };
    }
    case 'deploy-bookinfo':
      return { type, namespace: namespaceOf(fields) };
    case undefined:
      throw new InvalidParams(`${where}.type is missing.`);
  }
}

function refsOf(value: unknown): readonly ResourceRef[] {
  if (!Array.isArray(value) || value.length === 0) throw new InvalidParams(`${where}.refs must be a list of objects.`);
  return value.map((item: unknown, index) => resourceRefOf(item, `${where}.refs[${index}]`));
}

function namespaceOf(fields: Fields): string {
  const namespace = requiredText(fields, 'namespace', where);
  if (!namespaceName.test(namespace))
    throw new InvalidParams(
      `${where}.namespace must be a name as Kubernetes allows it: small letters, digits and hyphens.`,
    );
  return namespace;
}
