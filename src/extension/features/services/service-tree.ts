import type { LocalInstance, LocalMeshStatus, LocalWorkload } from '../../../shared/local-mesh.ts';
import type { SourceRef } from '../../../shared/resource.ts';
import type { InstanceState } from '../../../shared/topology.ts';
import type { Translate } from '../../translate.ts';

/** What a row of the Services view is about; commands act on it. */
export interface ServiceTreeTarget {
  readonly namespace: string;
  readonly name: string;
  readonly workload?: string;
  readonly service?: string;
}

/** One row of the Services view as plain data. `id`s are stable, so that the view keeps what is expanded and selected. */
export interface ServiceTreeNode {
  readonly id: string;
  readonly kind: 'mesh' | 'service' | 'workload' | 'instance';
  readonly label: string;
  readonly description: string;
  readonly tooltip: string;
  readonly icon: TreeIcon;
  /** Words that `when` clauses of menus look for: `startable`, `stoppable`, `declared`. */
  readonly abilities: readonly ('startable' | 'stoppable' | 'declared')[];
  readonly target?: ServiceTreeTarget;
  readonly declaredAt?: SourceRef;
  readonly children: readonly ServiceTreeNode[];
}

export type TreeIcon = 'mesh' | 'service' | 'healthy' | 'starting' | 'degraded' | 'failing' | 'stopped';

/** The rows of the Services view; none while the mesh is stopped or failed, when the view says what to do instead. */
export function serviceTree(status: LocalMeshStatus | undefined, t: Translate): readonly ServiceTreeNode[] {
  if (status === undefined || status.phase === 'stopped' || status.phase === 'failed') return [];
  const byKey = new Map(status.workloads.map((workload) => [key(workload.namespace, workload.name), workload]));
  const served = new Set(
    status.services.flatMap((service) => service.workloads.map((name) => key(service.namespace, name))),
  );
  const services = status.services.map((service): ServiceTreeNode => {
    const workloads = service.workloads.flatMap((name) => byKey.get(key(service.namespace, name)) ?? []);
    const children = workloads.map((workload) =>
      workloadNode(workload, `service/${service.namespace}/${service.name}`, t),
    );
    const instances = workloads.flatMap((workload) => workload.instances);
    const target = { namespace: service.namespace, name: service.name, service: service.name };
    return {
      id: `service/${service.namespace}/${service.name}`,
      kind: 'service',
      label: service.name,
      description: joined(service.ports.map(({ port }) => String(port)).join(', '), instanceSummary(instances, t)),
      tooltip: [service.host, ...service.ports.map(({ name, port, protocol }) => `${name} ${port}/${protocol}`)].join(
        '\n',
      ),
      icon: worstIcon(instances) === 'healthy' ? 'service' : worstIcon(instances),
      abilities: workloads.some(isProcess) ? processAbilities(instances) : [],
      target,
      children,
    };
  });
  const others = status.workloads
    .filter((workload) => !served.has(key(workload.namespace, workload.name)))
    .map((workload) => workloadNode(workload, 'mesh', t));
  return [
    {
      id: 'mesh',
      kind: 'mesh',
      label: status.name,
      description: joined(phaseWord(status.phase, t), status.message ?? ''),
      tooltip: meshTooltip(status),
      icon: 'mesh',
      abilities: [],
      children: [...services, ...others],
    },
  ];
}

function workloadNode(workload: LocalWorkload, parent: string, t: Translate): ServiceTreeNode {
  const { namespace, name, service, declaredAt } = workload;
  const target = { namespace, name, workload: name, ...(service === undefined ? {} : { service }) };
  const abilities = isProcess(workload) ? processAbilities(workload.instances) : [];
  const id = `${parent}/workload/${namespace}/${name}`;
  return {
    id,
    kind: 'workload',
    label: name,
    description: joined(workload.version, instanceSummary(workload.instances, t)),
    tooltip: [`${namespace}/${name}`, workload.principal].join('\n'),
    icon: worstIcon(workload.instances),
    abilities: declaredAt?.uri === undefined ? abilities : [...abilities, 'declared'],
    target,
    ...(declaredAt === undefined ? {} : { declaredAt }),
    children: workload.instances.map((instance): ServiceTreeNode => {
      const down = instance.reason === undefined ? '' : instance.reason;
      return {
        id: `${id}/instance/${instance.id}`,
        kind: 'instance',
        label: instance.name,
        description: joined(stateWord(instance.state, t), down, instance.address ?? ''),
        tooltip: instanceTooltip(instance, t),
        icon: iconOf(instance.state),
        abilities: isProcess(workload) ? processAbilities([instance]) : [],
        target: { ...target, name: instance.name },
        children: [],
      };
    }),
  };
}

function isProcess(workload: LocalWorkload): boolean {
  return workload.kind === 'process';
}

function processAbilities(instances: readonly LocalInstance[]): ('startable' | 'stoppable')[] {
  const isUp = ({ state }: LocalInstance): boolean => state !== 'stopped' && state !== 'down';
  return [
    ...(instances.some((instance) => !isUp(instance)) ? (['startable'] as const) : []),
    ...(instances.some(isUp) ? (['stoppable'] as const) : []),
  ];
}

/** "2 instances", "1 of 2 instances ready". */
function instanceSummary(instances: readonly LocalInstance[], t: Translate): string {
  const ready = instances.filter(({ state }) => state === 'ready').length;
  if (ready < instances.length) return t('{0} of {1} instances ready', ready, instances.length);
  return instances.length === 1 ? t('1 instance') : t('{0} instances', instances.length);
}

/** The word for a state; shown beside the icon, so that no state is told by colour alone. */
function stateWord(state: InstanceState, t: Translate): string {
  switch (state) {
    case 'starting':
      return t('starting');
    case 'ready':
      return t('ready');
    case 'unhealthy':
      return t('unhealthy');
    case 'ejected':
      return t('ejected');
    case 'down':
      return t('down');
    case 'stopped':
      return t('stopped');
  }
}

/** The word for a phase of the mesh. */
function phaseWord(phase: LocalMeshStatus['phase'], t: Translate): string {
  switch (phase) {
    case 'starting':
      return t('starting');
    case 'running':
      return t('running');
    case 'stopping':
      return t('stopping');
    case 'stopped':
      return t('stopped');
    case 'failed':
      return t('failed');
  }
}

function iconOf(state: InstanceState): TreeIcon {
  switch (state) {
    case 'ready':
      return 'healthy';
    case 'starting':
      return 'starting';
    case 'unhealthy':
    case 'ejected':
      return 'degraded';
    case 'down':
      return 'failing';
    case 'stopped':
      return 'stopped';
  }
}

/** One instance down of several is a degradation; all down is a failure. */
function worstIcon(instances: readonly LocalInstance[]): TreeIcon {
  const icons = instances.map(({ state }) => iconOf(state));
  if (icons.length === 0 || icons.every((icon) => icon === 'stopped')) return 'stopped';
  if (icons.every((icon) => icon === 'failing' || icon === 'stopped')) return 'failing';
  if (icons.some((icon) => icon === 'failing' || icon === 'degraded')) return 'degraded';
  return icons.some((icon) => icon === 'starting') ? 'starting' : 'healthy';
}

function instanceTooltip(instance: LocalInstance, t: Translate): string {
  return [
    t('{0} since {1}', stateWord(instance.state, t), instance.since),
    ...(instance.reason === undefined ? [] : [instance.reason]),
    ...(instance.pid === undefined ? [] : [t('Process {0}', instance.pid)]),
    ...(instance.address === undefined ? [] : [t('Application {0}', instance.address)]),
    ...(instance.inbound === undefined ? [] : [t('Sidecar {0}', instance.inbound)]),
    ...(instance.restarts === 0 ? [] : [t('Restarted {0} times', instance.restarts)]),
  ].join('\n');
}

function meshTooltip(status: LocalMeshStatus): string {
  const { gateways, ...endpoints } = status.endpoints;
  return [
    ...(status.file === undefined ? [] : [status.file]),
    ...Object.entries(endpoints).map(([name, address]) => `${name} ${address}`),
    ...Object.entries(gateways).map(([name, address]) => `${name} ${address}`),
  ].join('\n');
}

function joined(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join(' · ');
}

function key(namespace: string, name: string): string {
  return `${namespace}/${name}`;
}
