/**
 * Pods and their templates, as far as checks of a mesh look at them. Fields beyond these are nobody's mistake, and hardly
 * anything is demanded: such objects are often written in part, to be laid over others.
 */
import type { ObjectSchema } from '../../schema.ts';
import { choice, flag, integer, intOrText, list, record, text, textMap, texts } from '../../schema.ts';
import { distinctNames } from '../table-rules.ts';
import { annotations, labels } from './metadata.ts';

const open = { isOpen: true };

const nameAndValue = (help: string): ObjectSchema =>
  record(help, { name: text('Name.'), value: text('Value; a number needs quotes.') }, { required: ['name'], ...open });

const containerPort = record(
  'One port.',
  {
    name: text('Name of the port, by which Services and probes may call it.', {
      maxLength: 15,
      pattern: /^(?=.*[a-z])[a-z0-9]+(-[a-z0-9]+)*$/,
      patternHelp: 'lower-case letters, digits and `-` between them, with at least one letter',
    }),
    containerPort: integer('Number at which the container listens.', { minimum: 1, maximum: 65_535 }),
    protocol: choice('Transport; TCP unless given.', ['TCP', 'UDP', 'SCTP']),
    hostPort: integer('Port of the node that leads here.', { minimum: 0, maximum: 65_535 }),
    hostIP: text('Address of the node for `hostPort`.'),
  },
  { required: ['containerPort'] },
);

const probe = (help: string): ObjectSchema =>
  record(
    help,
    {
      httpGet: record(
        'A request over HTTP; a status from 200 to 399 is success.',
        {
          path: text('Path of the request.'),
          port: intOrText('Number or name of the port.'),
          host: text('Address to ask instead of the pod.'),
          scheme: choice('HTTP unless given.', ['HTTP', 'HTTPS']),
          httpHeaders: list('Headers of the request.', nameAndValue('One header.')),
        },
        open,
      ),
      tcpSocket: record(
        'A connection that is opened and closed.',
        { port: intOrText('Number or name of the port.'), host: text('Address to ask instead of the pod.') },
        open,
      ),
      grpc: record(
        'A call of the health service of gRPC.',
        {
          port: integer('Number of the port.', { minimum: 1, maximum: 65_535 }),
          service: text('Service whose health is asked for.'),
        },
        open,
      ),
      exec: record('A command inside the container.', { command: texts('The command with its arguments.') }, open),
      initialDelaySeconds: integer('Seconds from the start of the container to the first probe.', { minimum: 0 }),
      periodSeconds: integer('Seconds from one probe to the next; 10 unless given.', { minimum: 0 }),
      timeoutSeconds: integer('Seconds until a probe has failed; 1 unless given.', { minimum: 0 }),
      successThreshold: integer('How many in a row make it well again; 1 unless given.', { minimum: 0 }),
      failureThreshold: integer('How many in a row make it ill; 3 unless given.', { minimum: 0 }),
      terminationGracePeriodSeconds: integer('Seconds the container has to end once the probe has failed.', {
        minimum: 1,
      }),
    },
    { exclusive: [['httpGet', 'tcpSocket', 'grpc', 'exec']] },
  );

const container = record(
  'One container.',
  {
    name: text('Name of the container, unique in the pod.'),
    image: text('Image that is run; `auto` for one that an injector fills in.'),
    command: texts('Entry point, instead of that of the image.'),
    args: texts('Arguments of the entry point; a number needs quotes.'),
    ports: list('Ports at which the container listens.', containerPort, { rules: [distinctNames('port')] }),
    env: list('Variables of the environment.', nameAndValue('One variable.')),
    imagePullPolicy: choice('When the image is fetched.', ['Always', 'Never', 'IfNotPresent']),
    livenessProbe: probe('Whether the container must be started again.'),
    readinessProbe: probe('Whether Services send requests to the pod.'),
    startupProbe: probe('Whether the container has started; until then the others wait.'),
  },
  { required: ['name'], ...open },
);

/** `spec` of a pod. */
export const podSpec = record(
  'What runs in the pod.',
  {
    containers: list('Containers of the pod.', container),
    initContainers: list('Containers that run before the others, or beside them from the start on.', container),
    serviceAccountName: text('Service account, and with it the identity in the mesh; `default` unless given.'),
    automountServiceAccountToken: flag('Whether the token of the account is put into the containers.'),
    hostNetwork: flag('Whether the pod has the network of its node; sidecars are not injected then.'),
    restartPolicy: choice('When containers are started again.', ['Always', 'OnFailure', 'Never']),
    terminationGracePeriodSeconds: integer('Seconds until a pod that shall stop is killed.', { minimum: 0 }),
    nodeName: text('Node on which it runs.'),
    nodeSelector: textMap('Labels a node must have.'),
  },
  open,
);

/** What pods are made from. */
export const podTemplate = record(
  'What the pods are made from.',
  {
    metadata: record(
      'Labels and annotations of the pods.',
      {
        labels: labels('Labels of the pods, by which selectors find them.'),
        annotations: annotations('Annotations of the pods; many settings of a sidecar are here.'),
      },
      open,
    ),
    spec: podSpec,
  },
  open,
);
