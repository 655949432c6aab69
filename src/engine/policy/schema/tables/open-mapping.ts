import { isRecord } from '../../../../shared/untrusted.ts';
import type { AnySchema, SchemaRule } from '../schema.ts';
import { anything } from '../schema.ts';

const isMapping: SchemaRule = (value) =>
  isRecord(value) ? [] : [{ path: [], kind: 'invalid-format', message: 'This must be a mapping.' }];

/** A mapping with fields that another API defines. */
export const openMapping = (help: string): AnySchema => ({ ...anything(help), rules: [isMapping] });
