import type { KindSchema } from '../../kind-schema.ts';
import { list, record } from '../../schema.ts';
import { groupName, kindName, namespaceName, objectName } from './names.ts';
import { gatewayGroup } from './references.ts';

export const referenceGrant: KindSchema = {
  group: gatewayGroup,
  kind: 'ReferenceGrant',
  versions: ['v1', 'v1beta1'],
  help: 'Lets objects of other namespaces refer to objects of this one.',
  required: ['spec'],
  fields: {
    spec: record(
      'Who may refer to what.',
      {
        from: list(
          'Who may refer: kinds of objects in a namespace.',
          record(
            'One kind in one namespace.',
            {
              group: groupName('API group of the referring object.'),
              kind: kindName('Kind of the referring object, such as HTTPRoute.'),
              namespace: namespaceName('Namespace of the referring object.'),
            },
            { required: ['group', 'kind', 'namespace'] },
          ),
          { minItems: 1, maxItems: 16 },
        ),
        to: list(
          'What may be referred to, in the namespace of the grant.',
          record(
            'One kind, or one object.',
            {
              group: groupName('API group of the object; empty for the core group.'),
              kind: kindName('Kind of the object, such as Service or Secret.'),
              name: objectName('Name of the object; all of the kind unless given.'),
            },
            { required: ['group', 'kind'] },
          ),
          { minItems: 1, maxItems: 16 },
        ),
      },
      { required: ['from', 'to'] },
    ),
  },
};
