import { Kinds } from '../../../../model/kinds.ts';
import { kindKey } from '../../../../model/mesh-object.ts';
import type { ObjectCheck } from '../../check.ts';
import { isIpAddress } from '../formats/addresses.ts';
import { isDnsLabel, isPartialWildcard, wildcardHostProblem } from '../formats/host-names.ts';
import { textsIn } from '../sites.ts';

export const listenerHost: ObjectCheck = {
  scope: 'object',
  code: 'MESH2241',
  rule: 'listener-host',
  aliases: ['IST0106'],
  severity: 'error',
  summary: 'A host of a Gateway or a Sidecar is not written as `namespace/host`, or is no full name.',
  refusedBy: 'webhook',
  subject: [Kinds.gateway, Kinds.sidecar],
  inputs: [],
  run(context) {
    const { subject } = context;
    const isGateway = kindKey(subject) === Kinds.gateway;
    for (const { path, value } of textsIn(subject, isGateway ? 'servers[].hosts[]' : 'egress[].hosts[]')) {
      const problem = problemOf(value, isGateway);
      if (problem !== undefined) context.report(subject, path, { message: problem, part: 'value' });
    }
  },
};

function problemOf(written: string, isGateway: boolean): string | undefined {
  const slash = written.indexOf('/');
  if (slash < 0) {
    if (isGateway) return hostProblem(written, true);
    return `\`${written}\` needs a namespace before it, as in \`./${written}\` or \`*/${written}\`.`;
  }
  const [namespace, host] = [written.slice(0, slash), written.slice(slash + 1)];
  if (namespace === '' || host === '') return `\`${written}\` needs a namespace and a host around the slash.`;
  return namespaceProblem(namespace, isGateway) ?? hostProblem(host, isGateway);
}

function namespaceProblem(namespace: string, isGateway: boolean): string | undefined {
  // A Sidecar leaves out what follows `~`.
  const name = !isGateway && namespace.startsWith('~') ? namespace.slice(1) : namespace;
  if (name === '.' || name === '*' || isDnsLabel(name) || (name === '' && !isGateway)) return undefined;
  return `\`${namespace}\` is no name of a namespace; \`.\` stands for the own one and \`*\` for all.`;
}

function hostProblem(host: string, isGateway: boolean): string | undefined {
  if (isGateway && isIpAddress(host)) return host.includes('.') ? undefined : shortName(host);
  const problem = wildcardHostProblem(host);
  if (problem !== undefined) return `The host \`${host}\` ${problem}.`;
  if (host !== '*' && !host.includes('.')) return shortName(host);
  return isPartialWildcard(host)
    ? `The wildcard of \`${host}\` must be a whole part, as in \`*.example.com\`.`
    : undefined;
}

function shortName(host: string): string {
  return `\`${host}\` is a short name; write the full name, such as \`${host}.default.svc.cluster.local\`.`;
}
