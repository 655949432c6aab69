import type { FieldPath } from '../../../../shared/text.ts';
import { valueAt } from '../../../../shared/untrusted.ts';
import type { MeshObject } from '../../../model/mesh-object.ts';
import { policiesOfWorkload, refusalOf } from '../../semantics/authorization.ts';
import { serverMtlsOf } from '../../semantics/mutual-tls.ts';
import type { WorkloadView } from '../../semantics/workloads.ts';
import { podKinds, readWorkload } from '../../semantics/workloads.ts';
import type { FixPlan } from '../../fixes/fix-plan.ts';
import type { CheckContext, ObjectCheck, Related } from '../check.ts';
import { authorizationPolicies } from '../directories/authorization-policies.ts';
import { namespaceDirectory } from '../directories/namespace-directory.ts';
import { peerAuthentications } from '../directories/peer-authentications.ts';
import { membershipIn } from '../directories/workload-membership.ts';
import { perObject } from '../per-object.ts';
import { injectorOf, injectorSettings } from '../workloads/injector-settings.ts';
import type { ProbeView } from './workload-probes.ts';
import { isCaptured, probesOf } from './workload-probes.ts';

const rewriteAnnotation = 'sidecar.istio.io/rewriteAppHTTPProbers';

const workloadOf = perObject(readWorkload);

export const probesRefused: ObjectCheck = {
  scope: 'object',
  code: 'MESH1750',
  rule: 'probes-refused',
  aliases: [],
  severity: 'warning',
  summary:
    'Probes of a pod are not rewritten, and its sidecar refuses them, since the kubelet has no identity of the mesh.',
  subject: podKinds,
  inputs: [namespaceDirectory, peerAuthentications, authorizationPolicies, injectorSettings],
  run(context) {
    const { subject, isNamespaceKnown } = context;
    const workload = workloadOf(subject);
    if (!workload || !isNamespaceKnown || membershipIn(context, workload) !== 'sidecar') return;
    const told = annotatedRewrite(workload);
    const injector = told === undefined ? injectorOf(context, workload) : undefined;
    if (told ?? injector?.rewritesProbes ?? true) return;
    for (const probe of probesOf(workload)) {
      if (!isCaptured(workload, probe.call.port)) continue;
      const reason = reasonOf(context, workload, probe);
      if (!reason) continue;
      const cause = injector ? unsaid(workload, probe, injector.object) : said(workload, probe);
      context.report(subject, cause.path, {
        message: `${cause.words} port ${String(probe.call.port)} in plain text, ${reason.words}: the probe fails.`,
        part: cause.part,
        related: [...cause.related, ...reason.related],
        fixes: cause.fixes,
      });
      return;
    }
  },
};

/** What the annotation says; undefined where it is not there, or no truth value to Istio. */
function annotatedRewrite({ annotations }: WorkloadView): boolean | undefined {
  const text = annotations[rewriteAnnotation];
  if (text === undefined) return undefined;
  return /^(?:0|f|F|false|False|FALSE)$/.test(text) ? false : /^(?:1|t|T|true|True|TRUE)$/.test(text) || undefined;
}

interface Reason {
  readonly words: string;
  readonly related: readonly Related[];
}

function reasonOf(context: CheckContext, workload: WorkloadView, { call }: ProbeView): Reason | undefined {
  const { settings } = context;
  const { namespace, labels } = workload;
  const { mode } = serverMtlsOf(context.index(peerAuthentications), settings, namespace, labels, call.port);
  if (mode === 'STRICT') return { words: 'and there mutual TLS is STRICT', related: [] };
  const policies = policiesOfWorkload(context.index(authorizationPolicies), settings.rootNamespace, workload);
  const refusal = refusalOf(policies, call);
  if (!refusal) return undefined;
  const [first] = refusal.policies;
  const name = first ? `AuthorizationPolicy \`${first.name}\`` : '';
  return {
    words: refusal.action === 'DENY' ? `which ${name} denies` : `which no policy allows, while ${name} allows others`,
    related: refusal.policies
      .slice(0, 3)
      .map((object) => ({ message: 'The policy.', object, path: ['metadata', 'name'] })),
  };
}

interface Cause {
  readonly path: FieldPath;
  readonly part: 'key' | 'value';
  readonly words: string;
  readonly related: readonly Related[];
  readonly fixes: readonly FixPlan[];
}

function said({ object, template }: WorkloadView, probe: ProbeView): Cause {
  const path = [...template, 'metadata', 'annotations', rewriteAnnotation];
  return {
    path,
    part: 'value',
    words: 'With this, the kubelet asks',
    related: [{ message: 'The probe.', object, path: probe.path }],
    fixes: [
      {
        title: 'Let probes be rewritten',
        isPreferred: true,
        changes: [{ type: 'replace-value', object, path, value: 'true' }],
      },
    ],
  };
}

function unsaid({ object, template }: WorkloadView, { path }: ProbeView, injector: MeshObject): Cause {
  const metadata = [...template, 'metadata'];
  const annotations = [...metadata, 'annotations'];
  const added =
    valueAt(object, annotations) === undefined
      ? { path: metadata, key: 'annotations', value: { [rewriteAnnotation]: 'true' } }
      : { path: annotations, key: rewriteAnnotation, value: 'true' };
  return {
    path,
    part: 'key',
    words: 'The injector leaves this probe as it is, so the kubelet asks',
    related: [{ message: 'It is set here.', object: injector, path: ['metadata', 'name'] }],
    fixes:
      valueAt(object, metadata) === undefined
        ? []
        : [
            {
              title: 'Let probes be rewritten',
              isPreferred: true,
              changes: [{ type: 'insert-field', object, ...added }],
            },
          ],
  };
}
