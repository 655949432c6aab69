import type { KindSchema } from '../../kind-schema.ts';
import { record } from '../../schema.ts';
import { listeners } from './listeners.ts';
import { groupName, kindName, namespaceName, objectName } from './names.ts';
import { gatewayGroup } from './references.ts';

export const listenerSet: KindSchema = {
  group: gatewayGroup,
  kind: 'ListenerSet',
  versions: ['v1'],
  help: 'Listeners added to a Gateway from another object, often of another team.',
  required: ['spec'],
  fields: {
    spec: record(
      'The gateway and the listeners.',
      {
        parentRef: record(
          'Gateway the listeners are added to; it must allow that.',
          {
            group: groupName('API group of the gateway.', { default: gatewayGroup }),
            kind: kindName('Kind of the gateway.', { default: 'Gateway' }),
            name: objectName('Name of the gateway.'),
            namespace: namespaceName('Namespace of the gateway; that of this object unless given.'),
          },
          { required: ['name'] },
        ),
        listeners,
      },
      { required: ['listeners', 'parentRef'] },
    ),
  },
};
