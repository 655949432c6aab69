import type { KindSchema } from '../../kind-schema.ts';
import type { ObjectSchema } from '../../schema.ts';
import { record, text } from '../../schema.ts';
import { controllerName } from './names.ts';
import { gatewayGroup, parametersReference } from './references.ts';

/** A class of gateways, or a mesh: who runs it and with which parameters. */
export const controlledBy = (help: string): ObjectSchema =>
  record(
    help,
    {
      controllerName: controllerName('Controller that is responsible; it cannot be changed.'),
      description: text('What a person should know of it.', { maxLength: 64 }),
      parametersRef: parametersReference('Object with further parameters.'),
    },
    { required: ['controllerName'] },
  );

export const gatewayClass: KindSchema = {
  group: gatewayGroup,
  kind: 'GatewayClass',
  versions: ['v1', 'v1beta1'],
  isClusterScoped: true,
  help: 'A kind of gateways, run by one controller.',
  required: ['spec'],
  fields: { spec: controlledBy('Controller and parameters.') },
};
