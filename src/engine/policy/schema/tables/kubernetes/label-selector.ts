import type { ObjectSchema, Schema } from '../../schema.ts';
import { list, record, text, textMap, texts } from '../../schema.ts';

/** A label selector as custom resources have it: any operator is taken, and judged by the controller. */
export const labelSelector = (help: string, options: Partial<ObjectSchema> = {}): ObjectSchema =>
  record(
    help,
    {
      matchLabels: textMap('Labels that must all be there with these values.'),
      matchExpressions: list('Conditions on labels that must all hold.', labelExpression()),
    },
    options,
  );

export const labelExpression = (operator: Schema = labelOperator()): ObjectSchema =>
  record(
    'One condition on a label.',
    {
      key: text('Key of the label.'),
      operator,
      values: texts('Values to compare with; for `In` and `NotIn`.'),
    },
    { required: ['key', 'operator'] },
  );

const labelOperator = (): Schema => text('`In`, `NotIn`, `Exists` or `DoesNotExist`.');
