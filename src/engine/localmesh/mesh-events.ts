import { sentence } from '../../shared/sentence.ts';
import type { EndpointEvent } from '../dataplane/report.ts';
import type { CatalogInstance } from '../discovery/registry/catalog-entries.ts';
import type { InstanceStatus, SupervisedState } from '../discovery/registry/supervised-instance.ts';
import type { NewMeshEvent } from '../telemetry/event-log.ts';
import type { MeshInstance } from './mesh-instance.ts';

/** "Traffic goes to ratings-v1-0." where somebody is left, and what happens where nobody is. */
function whereTrafficGoes(service: string | undefined, others: readonly string[]): string {
  if (service === undefined) return '';
  if (others.length === 0) return ` Nobody is left to answer for ${service}.`;
  return ` Traffic goes to ${others.join(', ')}.`;
}

/** What a change of a supervised process means to a person; undefined: nothing worth telling. */
export function processEvent(
  instance: InstanceStatus,
  previous: SupervisedState,
  others: readonly string[],
): NewMeshEvent | undefined {
  const { workload, name, reason } = instance;
  const about = {
    workload: workload.name,
    instance: instance.id,
    namespace: instance.id.split('/')[0] ?? '',
    ...(workload.service === undefined ? {} : { service: workload.service }),
  };
  const because = reason === '' ? '' : `: ${reason}`;
  switch (instance.state) {
    case 'starting':
      return previous === 'stopped'
        ? { ...about, kind: 'instance-started', severity: 'info', message: `${name} is starting.` }
        : undefined;
    case 'ready':
      return instance.restarts > 0
        ? { ...about, kind: 'instance-recovered', severity: 'info', message: `${name} is back.` }
        : { ...about, kind: 'instance-ready', severity: 'info', message: `${name} is ready.` };
    case 'down':
      return {
        ...about,
        kind: 'instance-down',
        severity: 'error',
        message: sentence(`${name} is down${because}`) + whereTrafficGoes(workload.service, others),
      };
    case 'stopped':
      return {
        ...about,
        kind: 'instance-stopped',
        severity: 'info',
        message: sentence(`${name} was stopped${because}`),
      };
  }
}

/** A health check of an instance that is not simply its process being gone. */
export function healthEvent(instance: CatalogInstance, others: readonly string[]): NewMeshEvent {
  const about = {
    namespace: instance.namespace,
    service: instance.service,
    workload: instance.workload,
    instance: `${instance.namespace}/${instance.key}`,
  };
  return instance.health === 'critical'
    ? {
        ...about,
        kind: 'instance-unhealthy',
        severity: 'warning',
        message:
          sentence(`${instance.key} fails its health check: ${instance.reason}`) +
          whereTrafficGoes(instance.service, others),
      }
    : {
        ...about,
        kind: 'instance-recovered',
        severity: 'info',
        message: `${instance.key} passes its health checks again.`,
      };
}

export function ejectionEvent(event: EndpointEvent): NewMeshEvent {
  const [namespace = '', name = event.endpoint] = event.endpoint.split('/', 2);
  const about = { namespace, instance: event.endpoint };
  return event.type === 'ejected'
    ? {
        ...about,
        kind: 'instance-ejected',
        severity: 'warning',
        message: sentence(`${name} was ejected: ${event.detail}`),
      }
    : { ...about, kind: 'instance-returned', severity: 'info', message: `${name} takes traffic again.` };
}

export function registrationEvent(
  type: 'registered' | 'deregistered' | 'address-changed',
  instance: CatalogInstance,
): NewMeshEvent | undefined {
  const { namespace, service, workload, key } = instance;
  const about = { namespace, service, workload, instance: `${namespace}/${key}`, severity: 'info' as const };
  if (type === 'registered')
    return { ...about, kind: 'service-registered', message: `${key} registered as ${service}.` };
  if (type === 'deregistered')
    return { ...about, kind: 'service-deregistered', message: `${key} is no longer registered as ${service}.` };
  return undefined;
}

export function proxyFailedEvent({ id, name, workload, namespace }: MeshInstance, error: unknown): NewMeshEvent {
  const reason = error instanceof Error ? error.message : String(error);
  return {
    kind: 'config-rejected',
    severity: 'error',
    instance: id,
    workload,
    namespace,
    message: `The sidecar of ${name} could not take its configuration: ${sentence(reason)}`,
  };
}
