/** What `istioctl analyze` says of fixtures in a cluster that is not so, with why, and where it fails. */
import { routeFalsePositives } from './istioctl-route-exceptions.ts';
import { workloadFalsePositives } from './istioctl-workload-exceptions.ts';

export interface FalsePositives {
  readonly reason: string;
  /** `fixture: code Kind namespace/name`. */
  readonly findings: readonly string[];
}

export const clusterFalsePositives: readonly FalsePositives[] = [...workloadFalsePositives, ...routeFalsePositives];

/** Fixtures on which it ends without an answer, and what it says then. */
export const failures: readonly {
  readonly files: readonly string[];
  readonly says: RegExp;
  readonly reason: string;
}[] = [
  {
    files: ['empty-authorization-rule/broken.yaml', 'unknown-field/misplaced.yaml'],
    says: /nil pointer dereference/,
    reason: 'istioctl crashes at a rule whose `from` has no source',
  },
  {
    files: [
      'probes-refused/injector.yaml',
      'proxy-image-mismatch/old.yaml',
      'proxy-image-mismatch/same.yaml',
      'proxy-image-mismatch/template.yaml',
    ],
    says: /interface conversion/,
    reason: 'istioctl crashes at a ConfigMap of the injector without `enableNamespacesByDefault`',
  },
  {
    files: ['unknown-network-registry/known.yaml', 'unknown-network-registry/misspelt.yaml'],
    says: /couldn't get version\/kind/,
    reason: 'istioctl fails at a Secret of a remote cluster whose kubeconfig is none',
  },
];
