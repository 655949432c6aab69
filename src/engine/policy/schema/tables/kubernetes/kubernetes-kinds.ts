import type { KindSchema } from '../../kind-schema.ts';
import { service } from './service.ts';

export const kubernetesKinds: readonly KindSchema[] = [service];
