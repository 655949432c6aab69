import type { KindSchema } from '../../kind-schema.ts';
import { choice, integer, list, record, text, textMap, texts } from '../../schema.ts';
import { portRange } from '../port-number.ts';

const identity = {
  name: text('Its name.'),
  version: text('Value of the label `version`, by which subsets choose; `v1` unless given.'),
  labels: textMap('Further labels.'),
  serviceAccount: text('Service account its identity is made of; the name of the service unless given.'),
};

const process = {
  run: text('Command that starts it. It gets its port in the variable `PORT`.'),
  directory: text('Where the command runs, relative to this file.'),
  env: textMap('Environment variables.'),
  instances: integer('How many processes run.', { minimum: 1, maximum: 50 }),
  dependsOn: texts('Services or workloads that must be ready before it starts.'),
  restart: choice('When a process that ended is started again.', ['always', 'on-failure', 'never']),
};

const health = record('How it is found out that an instance is ready and well; by connecting unless given.', {
  http: text('Path that must answer with 2xx.'),
  tcp: { type: 'boolean', help: 'Connecting must succeed.' },
  ttl: text('The service reports by itself, at least this often.', { format: 'duration' }),
  port: text('Name of the port that is probed.'),
  interval: text('Time between probes.', { format: 'duration' }),
  timeout: text('Time limit of a probe.', { format: 'duration' }),
});

export const localMesh: KindSchema = {
  group: 'meshlens.dev',
  kind: 'LocalMesh',
  versions: ['v1alpha1'],
  help: 'A mesh of processes on this machine, each behind a sidecar.',
  required: ['spec'],
  hasOwnReader: true,
  fields: {
    spec: record(
      'What it is made of.',
      {
        security: record('How sidecars authenticate each other.', {
          mode: choice('`certificates` of a local authority, a `shared-key`, or `none`.', [
            'certificates',
            'shared-key',
            'none',
          ]),
        }),
        services: list(
          'Services and what runs behind them.',
          record(
            'One service.',
            {
              name: text('Name by which others call it.'),
              ports: list(
                'Where others call it.',
                record(
                  'One port.',
                  {
                    name: text('Name of the port; the protocol unless given.'),
                    port: integer('Number others call.', portRange),
                    protocol: choice('What is spoken there.', ['http', 'tcp']),
                  },
                  { required: ['port'] },
                ),
              ),
              workloads: list(
                'What runs behind it.',
                record('One workload: a version of the service.', {
                  ...identity,
                  ...process,
                  address: text('Where it already listens, `HOST:PORT`, instead of `run`.'),
                  port: integer('Fixed port of an application that does not take `PORT`.', portRange),
                  health,
                }),
              ),
            },
            { required: ['name', 'ports', 'workloads'] },
          ),
        ),
        gateways: list(
          'Gateways, where traffic comes in.',
          record(
            'One gateway.',
            {
              ...identity,
              port: integer('Where it listens on this machine; any free port unless given.', {
                minimum: 0,
                maximum: 65535,
              }),
              routePort: integer('Port of the Istio Gateway it serves; 80 unless given.', portRange),
            },
            { required: ['name'] },
          ),
        ),
        clients: list(
          'Processes that only call.',
          record('One client.', { ...identity, ...process }, { required: ['name', 'run'] }),
        ),
      },
      { required: ['services'] },
    ),
  },
};
