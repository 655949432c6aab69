import { fieldOf, listOf, stringOf } from '../../../../../shared/untrusted.ts';
import type { ListSchema, ObjectSchema, Schema, SchemaRule } from '../../schema.ts';
import { choice, list, record, text, textMap, texts } from '../../schema.ts';
import { labels } from './metadata.ts';

const conditions = (operator: Schema, rules: readonly SchemaRule[] = []): ListSchema =>
  list(
    'Conditions on labels that must all hold.',
    record(
      'One condition on a label.',
      {
        key: text('Key of the label.'),
        operator,
        values: texts('Values to compare with; for `In` and `NotIn`.'),
      },
      { required: ['key', 'operator'], ...(rules.length > 0 && { rules }) },
    ),
  );

const knownOperator = choice('How the label is compared.', ['In', 'NotIn', 'Exists', 'DoesNotExist']);

/** `matchExpressions` of selectors that know their operators. */
export const labelConditions: ListSchema = conditions(knownOperator);

/** A label selector as custom resources have it: any operator is taken, and judged by the controller. */
export const labelSelector = (help: string): ObjectSchema =>
  record(help, {
    matchLabels: textMap('Labels that must all be there with these values.'),
    matchExpressions: conditions(text('`In`, `NotIn`, `Exists` or `DoesNotExist`.')),
  });

const valuesOfOperator: SchemaRule = (value) => {
  const operator = stringOf(fieldOf(value, 'operator')) ?? '';
  const count = listOf(fieldOf(value, 'values')).length;
  if ((operator === 'In' || operator === 'NotIn') && count === 0) {
    return [{ path: ['operator'], part: 'value', message: `\`${operator}\` needs \`values\`.` }];
  }
  if ((operator === 'Exists' || operator === 'DoesNotExist') && count > 0) {
    return [{ path: ['values'], part: 'key', message: `\`${operator}\` takes no \`values\`.` }];
  }
  return [];
};

/** A label selector of a kind that the API server itself knows. */
export const strictSelector = (help: string): ObjectSchema =>
  record(help, {
    matchLabels: labels('Labels that must all be there with these values.'),
    matchExpressions: conditions(knownOperator, [valuesOfOperator]),
  });
