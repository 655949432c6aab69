/** Rules for the metadata of whole objects. */
import { isRecord } from '../../../shared/untrusted.ts';
import type { SchemaRule } from './schema.ts';

const isGiven = (value: unknown): boolean => value !== undefined && value !== null && value !== '';

/** Of a kind that is in no namespace. */
export const hasNoNamespace =
  (kind: string): SchemaRule =>
  (value) => {
    if (!isRecord(value) || !isGiven(value.namespace)) return [];
    const message = `A ${kind} is in no namespace and counts for the whole cluster; the API server drops this.`;
    return [{ path: ['namespace'], part: 'key', message, kind: 'ignored-namespace' }];
  };
