import type { DevProxyParams, StandIn } from '../../shared/dev-proxy.ts';
import {
  compact,
  fieldsOf,
  flag,
  InvalidParams,
  number,
  own,
  requiredText,
  textMap,
  texts,
  type Fields,
} from './param-fields.ts';

/** @throws {InvalidParams} */
export function devProxyOf(fields: Fields): DevProxyParams {
  const port = number(fields, 'port', 'params');
  if (port !== undefined && (!Number.isInteger(port) || port < 0 || port > 65_535))
    throw new InvalidParams('params.port must be a port, or 0.');
  const namespaces = texts(fields, 'namespaces', 'params');
  if (!namespaces) throw new InvalidParams('params.namespaces is missing.');
  const standIns = own(fields, 'standIns');
  return compact<DevProxyParams>({
    context: requiredText(fields, 'context', 'params'),
    namespaces,
    includeUnsaved: flag(fields, 'includeUnsaved', 'params'),
    services: texts(fields, 'services', 'params'),
    port,
    standIns: standIns === undefined ? undefined : standInsOf(standIns),
  });
}

function standInsOf(value: unknown): readonly StandIn[] {
  if (!Array.isArray(value)) throw new InvalidParams('params.standIns must be a list.');
  return value.map((item: unknown, index) => {
    const where = `params.standIns[${index}]`;
    const fields = fieldsOf(item, where);
    return {
      namespace: requiredText(fields, 'namespace', where),
      workload: requiredText(fields, 'workload', where),
      ports: textMap(fields, 'ports', where) ?? {},
    };
  });
}
