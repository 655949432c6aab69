import { podKinds, readWorkload } from '../../semantics/workloads.ts';
import type { ObjectCheck } from '../check.ts';
import { namespaceDirectory } from '../directories/namespace-directory.ts';
import { injectorOf, injectorSettings } from './injector-settings.ts';

/** Images of one release that differ in what they are built on. */
const variants = ['', '-distroless', '-debug'];

export const proxyImageMismatch: ObjectCheck = {
  scope: 'object',
  code: 'MESH1911',
  rule: 'proxy-image-mismatch',
  aliases: ['IST0158'],
  severity: 'warning',
  summary: 'The sidecar of a pod is not the one that the injector adds now.',
  subject: podKinds,
  inputs: [namespaceDirectory, injectorSettings],
  run(context) {
    const { subject } = context;
    const workload = readWorkload(subject);
    const proxy = workload?.containers.find(({ name }) => name === 'istio-proxy');
    if (!workload || !proxy || proxy.image === 'auto' || proxy.image === '') return;
    if (Object.hasOwn(workload.annotations, 'sidecar.istio.io/proxyImage')) return;
    const injector = injectorOf(context, workload);
    if (injector?.image === undefined) return;
    const { image, object } = injector;
    if (variants.some((variant) => proxy.image === `${image}${variant}`)) return;
    context.report(subject, [...proxy.path, 'image'], {
      message: `The injector adds \`${image}\` now. Make the pods anew to have it.`,
      part: 'value',
      related: [{ message: 'Settings of the injector', object, path: ['metadata', 'name'] }],
    });
  },
};
