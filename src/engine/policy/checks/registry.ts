/** All checks, in the order of their codes. A code is given once: one that is no longer used moves to `retiredCodes`. */
import { ambientChecks } from './ambient/ambient-checks.ts';
import { authorizationChecks } from './authorization/authorization-checks.ts';
import type { Check, ObjectCheck } from './check.ts';
import { admissionChecks } from './admission/admission-checks.ts';
import { configurationWithoutEffect } from './engine/configuration-without-effect.ts';
import { fileTooLong } from './engine/file-too-long.ts';
import { internalError } from './engine/internal-error.ts';
import { undecidedReference } from './engine/undecided-reference.ts';
import { gatewayApiChecks } from './gateway-api/gateway-api-checks.ts';
import { extensionsChecks } from './extensions/extensions-checks.ts';
import { gatewaysChecks } from './gateways/gateways-checks.ts';
import { meshConfigChecks } from './mesh-config/mesh-config-checks.ts';
import { linkerdChecks } from './linkerd/linkerd-checks.ts';
import { networkPoliciesChecks } from './network-policies/network-policies-checks.ts';
import { routingChecks } from './routing/routing-checks.ts';
import { ciliumChecks } from './cilium/cilium-checks.ts';
import { declarationChecks } from './schema/declaration-checks.ts';
import { structureChecks } from './schema/structure-checks.ts';
import { scopeChecks } from './scope/scope-checks.ts';
import { servicesChecks } from './services/services-checks.ts';
import { trafficChecks } from './traffic/traffic-checks.ts';
import { trapsChecks } from './traps/traps-checks.ts';
import { weightsChecks } from './weights/weights-checks.ts';
import { workloadsChecks } from './workloads/workloads-checks.ts';
import { syntaxChecks } from './yaml/syntax-checks.ts';

/** What the first two digits of a code stand for, in the order of the list of rules. */
export const topics: ReadonlyMap<string, string> = new Map([
  ['10', 'Text'],
  ['11', 'Structure'],
  ['12', 'References'],
  ['13', 'Routes'],
  ['14', 'Traffic policy'],
  ['15', 'Gateways and certificates'],
  ['16', 'Service entries and scope'],
  ['17', 'Authorization and authentication'],
  ['18', 'Telemetry and extensions'],
  ['19', 'Workloads and injection'],
  ['20', 'Services and deployments'],
  ['21', 'Ambient mesh'],
  ['22', 'What Istio’s webhook refuses'],
  ['23', 'Mesh configuration'],
  ['30', 'Gateway API'],
  ['40', 'Linkerd'],
  ['50', 'Network policies'],
  ['60', 'Cilium'],
  ['90', 'Meshlens itself'],
]);

export const objectChecks: readonly ObjectCheck[] = [
  ...routingChecks,
  ...weightsChecks,
  ...trafficChecks,
  ...authorizationChecks,
  ...workloadsChecks,
  ...servicesChecks,
  ...ambientChecks,
  ...gatewayApiChecks,
  ...gatewaysChecks,
  ...scopeChecks,
  ...extensionsChecks,
  ...meshConfigChecks,
  ...networkPoliciesChecks,
  ...linkerdChecks,
  ...ciliumChecks,
  ...admissionChecks,
  ...trapsChecks,
];

export const checks: readonly Check[] = [
  ...syntaxChecks,
  ...structureChecks,
  ...declarationChecks,
  ...objectChecks,
  internalError,
  fileTooLong,
  undecidedReference,
  configurationWithoutEffect,
].sort((a, b) => (a.code < b.code ? -1 : 1));

/** Codes that were given and are no longer used; never to be given again. */
export const retiredCodes: readonly string[] = [];
