import type { KindSchema } from '../../kind-schema.ts';
import { dataKinds } from './data-kinds.ts';
import { service } from './service.ts';
import { workloads } from './workload-kinds.ts';

export const kubernetesKinds: readonly KindSchema[] = [service, ...workloads, ...dataKinds];
