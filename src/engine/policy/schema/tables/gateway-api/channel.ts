import type { ApiChannel } from '../../kind-schema.ts';
import type { Schema } from '../../schema.ts';

/** Fields that the standard channel does not have are marked in its tables, so that they can be told from misspelt ones. */
export const experimentalIn =
  (channel: ApiChannel) =>
  <S extends Schema>(schema: S): S =>
    channel === 'standard' ? { ...schema, channel: 'experimental' } : schema;
