import type { StructureCheck } from '../check.ts';
import { celRule } from './cel-rule.ts';
import { deprecatedField } from './deprecated-field.ts';
import { duplicateItem } from './duplicate-item.ts';
import { emptyField } from './empty-field.ts';
import { exclusiveFields } from './exclusive-fields.ts';
import { experimentalField } from './experimental-field.ts';
import { ignoredNamespace } from './ignored-namespace.ts';
import { invalidFormat } from './invalid-format.ts';
import { missingField } from './missing-field.ts';
import { outOfRange } from './out-of-range.ts';
import { undecidedRule } from './undecided-rule.ts';
import { unknownField } from './unknown-field.ts';
import { unknownValue } from './unknown-value.ts';
import { wrongType } from './wrong-type.ts';

export const structureChecks: readonly StructureCheck[] = [
  unknownField,
  wrongType,
  missingField,
  unknownValue,
  outOfRange,
  invalidFormat,
  exclusiveFields,
  duplicateItem,
  deprecatedField,
  emptyField,
  celRule,
  experimentalField,
  undecidedRule,
  ignoredNamespace,
];
