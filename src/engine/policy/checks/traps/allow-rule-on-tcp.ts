import type { FieldPath } from '../../../../shared/text.ts';
import { fieldOf, isRecord, listOf, stringOf } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import { readPolicyTarget } from '../../semantics/policy-target.ts';
import { portProtocol } from '../../semantics/services.ts';
import type { WorkloadView } from '../../semantics/workloads.ts';
import type { CheckContext, ObjectCheck } from '../check.ts';
import { policyWorkloads } from '../directories/selected-workloads.ts';
import { portsOf, selectingServices } from '../directories/selecting-services.ts';
import { workloadDirectory } from '../directories/workload-directory.ts';

/** Fields of an operation that only requests of HTTP have. */
const httpFields = ['methods', 'notMethods', 'paths', 'notPaths', 'hosts', 'notHosts'] as const;

export const allowRuleOnTcp: ObjectCheck = {
  scope: 'object',
  code: 'MESH1751',
  rule: 'allow-rule-on-tcp',
  aliases: [],
  severity: 'warning',
  summary: 'A rule that allows asks for HTTP on ports that carry plain TCP, where it never fits.',
  subject: Kinds.authorizationPolicy,
  inputs: [workloadDirectory, selectingServices],
  run(context) {
    const { subject } = context;
    const { selector, references } = readPolicyTarget(subject.spec);
    const action = fieldOf(subject.spec, 'action') ?? 'ALLOW';
    if (action !== 'ALLOW' || references.length > 0 || selector === undefined) return;
    for (const [index, rule] of listOf(fieldOf(subject.spec, 'rules')).entries()) {
      for (const [number, entry] of listOf(fieldOf(rule, 'to')).entries()) {
        const operation = fieldOf(entry, 'operation');
        if (!isRecord(operation)) continue;
        const ports = listOf(operation.ports).map((port) => Number(stringOf(port)));
        const field = httpFields.find((each) => listOf(operation[each]).length > 0);
        if (field === undefined) continue;
        checkPorts(context, policyWorkloads(context, selector), ports, [
          ...['spec', 'rules', index, 'to', number, 'operation'],
          field,
        ]);
      }
    }
  },
};

function checkPorts(
  context: CheckContext,
  workloads: readonly WorkloadView[],
  ports: readonly number[],
  path: FieldPath,
): void {
  if (workloads.length === 0) return;
  const areTcp = workloads.every((workload) =>
    ports.length > 0
      ? ports.every((port) => isTcpPort(context, workload, port))
      : areTcpPorts(protocolsOf(context, workload)),
  );
  if (!areTcp) return;
  const which = ports.length > 0 ? `Port ${ports.map(String).join(', ')}` : 'Every port of these workloads';
  context.report(context.subject, path, {
    message: `${which} carries plain TCP, where a proxy cannot know \`${String(path.at(-1))}\`: this rule allows nothing there.`,
    part: 'key',
    related: workloads
      .slice(0, 3)
      .map(({ object }) => ({ message: `${object.kind} ${object.name}.`, object, path: ['metadata', 'name'] })),
  });
}

/** Some Service says so of the port, and none says otherwise. */
function isTcpPort(context: CheckContext, workload: WorkloadView, port: number): boolean {
  return areTcpPorts(protocolsOf(context, workload, port));
}

const areTcpPorts = (protocols: readonly (string | undefined)[]): boolean =>
  protocols.length > 0 && protocols.every((protocol) => protocol === 'tcp');

/** What Services say of a port of the workload, or of all that they send to. */
function protocolsOf(context: CheckContext, workload: WorkloadView, port?: number): readonly (string | undefined)[] {
  return context
    .index(selectingServices)
    .of(workload)
    .flatMap((service) =>
      portsOf(service)
        .filter(({ target }) => port === undefined || numberOfTarget(workload, target) === port)
        .map(({ number, name, transport, appProtocol }) => portProtocol(number, name, transport, appProtocol)),
    );
}

function numberOfTarget({ ports }: WorkloadView, target: number | string): number | undefined {
  return typeof target === 'number' ? target : ports.find(({ name }) => name === target)?.number;
}
