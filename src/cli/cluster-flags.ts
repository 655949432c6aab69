import type { ParseArgsOptionsConfig } from 'node:util';

/** Options of every command that asks a cluster. */
export const clusterOptions = {
  context: { type: 'string' },
  kubeconfig: { type: 'string' },
} satisfies ParseArgsOptionsConfig;

export const clusterDetails: readonly string[] = [
  '--context     a context of the kubeconfig: its cluster counts where the files say nothing',
  '--kubeconfig  path; default KUBECONFIG, else ~/.kube/config',
];
