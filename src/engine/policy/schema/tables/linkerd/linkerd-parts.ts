/** What several kinds of Linkerd have alike. */
import type { ListSchema, ObjectSchema, Schema } from '../../schema.ts';
import { list, record, text, texts } from '../../schema.ts';
import { groupName, kindName, objectName } from '../gateway-api/names.ts';
import { openMapping } from '../open-mapping.ts';
import { labelConditions } from '../kubernetes/label-selector.ts';

export const policyGroup = 'policy.linkerd.io';

/** A reference to an object of the same namespace. */
export const targetReference = (help: string): ObjectSchema =>
  record(
    help,
    {
      group: groupName('API group of the target; the core group unless given.'),
      kind: kindName('Kind of the target: Server, HTTPRoute, GRPCRoute or Namespace.'),
      name: objectName('Name of the target.'),
    },
    { required: ['kind', 'name'] },
  );

export const networks = (help: string): ListSchema =>
  list(
    help,
    record(
      'One range of addresses.',
      {
        cidr: text('Range of addresses, such as `10.0.0.0/8`.'),
        except: texts('Parts of the range that do not count.'),
      },
      { required: ['cidr'] },
    ),
  );

/** Linkerd's own form of a label selector. */
export const selector = (help: string, options: Partial<ObjectSchema> = {}): ObjectSchema =>
  record(
    help,
    {
      matchLabels: openMapping('Labels that must all be there with these values.'),
      matchExpressions: labelConditions,
    },
    options,
  );

export const label = (help: string): Schema =>
  text(help, {
    pattern: /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/,
    patternHelp: 'lower-case letters, digits and `-`, with a letter or digit at both ends',
  });
