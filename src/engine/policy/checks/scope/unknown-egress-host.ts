import type { FieldPath } from '../../../../shared/text.ts';
import { fieldOf, listOf } from '../../../../shared/untrusted.ts';
import { didYouMean, nearestNames } from '../../../../shared/nearest-names.ts';
import { Kinds } from '../../../model/kinds.ts';
import { hostCovers, isWildcard } from '../../semantics/hosts.ts';
import { wildcardHostProblem } from '../admission/formats/host-names.ts';
import type { CheckContext, ObjectCheck } from '../check.ts';
import { namespaceDirectory } from '../directories/namespace-directory.ts';
import { serviceDirectory } from '../directories/service-directory.ts';
import { replacements } from '../replacements.ts';

export const unknownEgressHost: ObjectCheck = {
  scope: 'object',
  code: 'MESH1605',
  rule: 'unknown-egress-host',
  aliases: ['KIA1004'],
  severity: 'warning',
  summary: 'A Sidecar lets its workloads see a host, or a namespace, that does not exist.',
  subject: Kinds.sidecar,
  inputs: [serviceDirectory, namespaceDirectory],
  run(context) {
    const { subject, isNamespaceKnown, settings } = context;
    const directory = context.index(serviceDirectory);
    for (const [index, egress] of listOf(fieldOf(subject.spec, 'egress')).entries()) {
      for (const [number, written] of listOf(fieldOf(egress, 'hosts')).entries()) {
        const [, scope, host] = /^([^/~]+)\/(.+)$/.exec(typeof written === 'string' ? written : '') ?? [];
        if (scope === undefined || host === undefined) continue;
        const path = ['spec', 'egress', index, 'hosts', number];
        if (isWildcard(host)) {
          checkNamespace(context, scope, host, path);
          continue;
        }
        if (directory.isEmpty) continue;
        // A text that can be no host has a finding of its own.
        if (wildcardHostProblem(host) !== undefined || !host.includes('.')) continue;
        const namespace = scope === '.' ? subject.namespace : scope;
        const found = directory.servicesOf(host.toLowerCase());
        const isSure = scope !== '.' || isNamespaceKnown;
        if (found.some((service) => scope === '*' || service.namespace === namespace || !isSure)) continue;
        const lookup = directory.lookUp(host, namespace, isSure);
        if (found.length === 0 && lookup.state === 'undecided') continue;
        const suffix = `.svc.${settings.clusterDomain}`;
        // Services of a namespace of which nothing is known are declared elsewhere.
        const isOfCluster = hostCovers(`*${suffix}`, host);
        if (isOfCluster && directory.namesIn(host.slice(0, -suffix.length).split('.')[1] ?? '').length === 0) continue;
        const known = directory.namesIn(namespace).includes(host) ? [`${host}.${namespace}${suffix}`] : [];
        // Several services may have the same host, and the nearest name may be that of the namespace.
        const proposals = [
          ...new Set(
            found.length > 0
              ? found.map((service) => `${service.namespace}/${host}`)
              : [...known, ...nearestNames(host, directory.hosts())].map((each) => `${scope}/${each}`),
          ),
        ];
        const where = found.length > 0 ? ` in namespace \`${namespace}\`` : '';
        context.report(subject, path, {
          message: `No Service or ServiceEntry has the host \`${host}\`${where}.${didYouMean(proposals)}`,
          part: 'value',
          fixes: replacements(subject, path, proposals),
        });
      }
    }
  },
};

/** A misspelt namespace has no hosts; one that is only not declared here may have. */
function checkNamespace(context: CheckContext, scope: string, host: string, path: FieldPath): void {
  if (/[*.]/.test(scope)) return;
  const namespaces = context.index(namespaceDirectory);
  const state = namespaces.stateOf(scope);
  if (state === 'known' || state === 'undecided') return;
  const near = nearestNames(scope, namespaces.candidates());
  if (state === 'undeclared' && near.length === 0) return;
  const what = state === 'absent' ? 'There is no namespace' : 'Nothing here declares a namespace';
  context.report(context.subject, path, {
    message: `${what} \`${scope}\`, so its hosts are none.${didYouMean(near)}`,
    part: 'value',
    fixes: replacements(
      context.subject,
      path,
      near.map((name) => `${name}/${host}`),
    ),
  });
}
