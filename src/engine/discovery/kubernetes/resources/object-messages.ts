import { MessageType, TextsType, ChosenType, type FieldRow } from '../protobuf/message-type.ts';
import { isMeshAnnotation, isUsefulAnnotation } from './decode-object.ts';

/**
 * The messages of busy kinds, with the numbers of the API's `generated.proto`, and of them what the decoders of these kinds
 * keep: pods and slices are most of what a cluster sends, and in protobuf what is not kept costs next to nothing.
 */
const omitsZero = { omitsZero: true } as const;

const ownerReference = new MessageType({
  1: ['kind', 'word'],
  3: ['name', 'text'],
  4: ['uid', 'text'],
  5: ['apiVersion', 'word'],
  6: ['controller', 'flag'],
});

const metadataOf = (keepsAnnotation?: (key: string) => boolean): FieldRow => [
  'metadata',
  new MessageType({
    1: ['name', 'text', omitsZero],
    3: ['namespace', 'word', omitsZero],
    5: ['uid', 'text', omitsZero],
    6: ['resourceVersion', 'text', omitsZero],
    8: ['creationTimestamp', 'time'],
    9: ['deletionTimestamp', 'time'],
    11: ['labels', new TextsType()],
    12: ['annotations', new TextsType(keepsAnnotation), { isShared: true }],
    13: ['ownerReferences', ownerReference, { isList: true, isShared: true }],
  }),
];

const container = {
  1: ['name', 'word'],
  2: ['image', 'word', omitsZero],
  6: [
    'ports',
    new MessageType({
      1: ['name', 'word', omitsZero],
      2: ['hostPort', 'number', omitsZero],
      3: ['containerPort', 'number'],
      4: ['protocol', 'word', omitsZero],
      5: ['hostIP', 'word', omitsZero],
    }),
    { isList: true },
  ],
  24: ['restartPolicy', 'word'],
} as const satisfies Record<number, FieldRow>;

const variable = new MessageType({ 1: ['name', 'word'], 2: ['value', 'text', omitsZero] });

/** As `decodePod` has it: of istiod's container alone more is kept. */
const containers = new ChosenType(
  {
    discovery: new MessageType({
      ...container,
      4: ['args', 'text', { isList: true }],
      7: ['env', new ChosenType({ CLUSTER_ID: variable }, undefined), { isList: true }],
    }),
  },
  new MessageType(container),
);
const sharedList = { isList: true, isShared: true } as const;

const terminated = {
  1: ['exitCode', 'number'],
  3: ['reason', 'word', omitsZero],
} as const satisfies Record<number, FieldRow>;

const containerStatus = new MessageType({
  1: ['name', 'word'],
  2: [
    'state',
    new MessageType({
      1: ['waiting', new MessageType({ 1: ['reason', 'word', omitsZero], 2: ['message', 'text', omitsZero] })],
      2: ['running', new MessageType({})],
      3: ['terminated', new MessageType(terminated)],
    }),
  ],
  3: [
    'lastState',
    new MessageType({ 3: ['terminated', new MessageType({ ...terminated, 6: ['finishedAt', 'time'] })] }),
  ],
  4: ['ready', 'flag'],
  5: ['restartCount', 'number'],
  9: ['started', 'flag'],
});

const condition = new MessageType({
  1: ['type', 'word'],
  2: ['status', 'word'],
  5: ['reason', 'word', omitsZero],
  6: ['message', 'text', omitsZero],
});

export const podMessage = new MessageType({
  1: metadataOf(isMeshAnnotation),
  2: [
    'spec',
    new MessageType({
      2: ['containers', containers, sharedList],
      8: ['serviceAccountName', 'word', omitsZero],
      10: ['nodeName', 'word', omitsZero],
      11: ['hostNetwork', 'flag', omitsZero],
      20: ['initContainers', containers, sharedList],
    }),
  ],
  3: [
    'status',
    new MessageType({
      1: ['phase', 'word', omitsZero],
      2: ['conditions', condition, sharedList],
      3: ['message', 'text', omitsZero],
      4: ['reason', 'word', omitsZero],
      5: ['hostIP', 'word', omitsZero],
      6: ['podIP', 'text', omitsZero],
      7: ['startTime', 'time'],
      8: ['containerStatuses', containerStatus, sharedList],
      10: ['initContainerStatuses', containerStatus, sharedList],
      12: ['podIPs', new MessageType({ 1: ['ip', 'text'] }), { isList: true }],
    }),
  ],
});

export const endpointSliceMessage = new MessageType(
  {
    1: metadataOf(isUsefulAnnotation),
    2: [
      'endpoints',
      new MessageType({
        1: ['addresses', 'text', { isList: true }],
        2: [
          'conditions',
          new MessageType({ 1: ['ready', 'flag'], 2: ['serving', 'flag'], 3: ['terminating', 'flag'] }),
        ],
        3: ['hostname', 'word'],
        4: [
          'targetRef',
          new MessageType({
            1: ['kind', 'word', omitsZero],
            2: ['namespace', 'word', omitsZero],
            3: ['name', 'text', omitsZero],
          }),
        ],
        6: ['nodeName', 'word'],
        7: ['zone', 'word'],
      }),
      { isList: true },
    ],
    3: [
      'ports',
      new MessageType({
        1: ['name', 'word'],
        2: ['protocol', 'word'],
        3: ['port', 'number'],
        4: ['appProtocol', 'word'],
      }),
      { isList: true },
    ],
    4: ['addressType', 'word'],
  },
  ['ports'],
);

/** What a bookmark says. */
export const bookmarkMessage = new MessageType({ 1: metadataOf() });

/** Of a list, without its items. */
export const listMessage = new MessageType({
  1: ['metadata', new MessageType({ 2: ['resourceVersion', 'text', omitsZero], 3: ['continue', 'text', omitsZero] })],
});

export const statusMessage = new MessageType({
  3: ['message', 'text', omitsZero],
  4: ['reason', 'word', omitsZero],
  5: ['details', new MessageType({ 5: ['retryAfterSeconds', 'number', omitsZero] })],
  6: ['code', 'number', omitsZero],
});
