import type { NumberSchema } from '../schema.ts';
import { integer } from '../schema.ts';

/** What TCP and UDP know as ports. */
export const portRange = { minimum: 1, maximum: 65_535 } as const;

/** The number of a port, as Kubernetes' own types have it. */
export const portNumber = (help: string): NumberSchema => integer(help, { ...portRange, format: 'int32' });
