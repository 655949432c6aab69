import { Kinds } from '../../model/kinds.ts';
import { hostName, namespacedHost, portOfHost, subsetName } from './host-namings.ts';
import {
  gatewaySelector,
  gatewaySelectorLabel,
  headerName,
  selectorLabel,
  subsetLabel,
  subsetLabels,
  workloadSelector,
} from './label-namings.ts';
import {
  gatewayOfRoute,
  kindOfReference,
  nameOf,
  namespaceName,
  namespaceOrWord,
  principal,
  serviceAccountName,
  slashedNameOf,
  slashedServiceAccount,
  typedReference,
} from './object-namings.ts';
import { portOfPods } from './port-namings.ts';
import type { ReferenceRule } from './reference-rule.ts';
import { rules } from './reference-rule.ts';

const { virtualService, destinationRule, gateway, serviceEntry, sidecar, workloadEntry, workloadGroup } = Kinds;
const { authorizationPolicy, peerAuthentication, requestAuthentication, telemetry, wasmPlugin } = Kinds;
const { envoyFilter, proxyConfig } = Kinds;

/** Everywhere in a VirtualService where a destination stands. */
const destinations = [
  'spec.http.*.route.*.destination',
  'spec.http.*.mirror',
  'spec.http.*.mirrors.*.destination',
  'spec.tls.*.route.*.destination',
  'spec.tcp.*.route.*.destination',
];
const matches = ['spec.http.*.match.*', 'spec.tls.*.match.*', 'spec.tcp.*.match.*'];

const routing: readonly ReferenceRule[] = [
  ...rules(virtualService, hostName, 'spec.hosts.*', ...destinations.map((path) => `${path}.host`)),
  ...rules(virtualService, subsetName, ...destinations.map((path) => `${path}.subset`)),
  ...rules(virtualService, portOfHost, ...destinations.map((path) => `${path}.port.number`)),
  ...rules(virtualService, gatewayOfRoute, 'spec.gateways.*', ...matches.map((path) => `${path}.gateways.*`)),
  ...rules(virtualService, typedReference({ kinds: [virtualService] }), 'spec.http.*.delegate.name'),
  ...rules(virtualService, namespaceName, 'spec.http.*.delegate.namespace'),
  ...rules(virtualService, namespaceName, ...matches.map((path) => `${path}.sourceNamespace`)),
  ...rules(virtualService, workloadSelector('namespace'), ...matches.map((path) => `${path}.sourceLabels`)),
  ...rules(virtualService, selectorLabel('namespace'), ...matches.map((path) => `${path}.sourceLabels.*`)),
  ...rules(virtualService, headerName, 'spec.http.*.match.*.headers', 'spec.http.*.match.*.withoutHeaders'),
  ...rules(destinationRule, hostName, 'spec.host'),
  ...rules(destinationRule, subsetLabels, 'spec.subsets.*.labels'),
  ...rules(destinationRule, subsetLabel, 'spec.subsets.*.labels.*'),
  ...rules(
    destinationRule,
    portOfHost,
    'spec.trafficPolicy.portLevelSettings.*.port.number',
    'spec.subsets.*.trafficPolicy.portLevelSettings.*.port.number',
  ),
  ...rules(
    destinationRule,
    nameOf(Kinds.secret),
    'spec.trafficPolicy.tls.credentialName',
    'spec.trafficPolicy.portLevelSettings.*.tls.credentialName',
    'spec.subsets.*.trafficPolicy.tls.credentialName',
  ),
  ...rules(
    gateway,
    nameOf(Kinds.secret),
    'spec.servers.*.tls.credentialName',
    'spec.servers.*.tls.credentialNames.*',
    'spec.servers.*.tls.caCertCredentialName',
  ),
  ...rules(envoyFilter, slashedNameOf(gateway), 'spec.configPatches.*.match.routeConfiguration.gateway'),
  ...rules(envoyFilter, hostName, 'spec.configPatches.*.match.cluster.service'),
  ...rules(sidecar, namespacedHost, 'spec.egress.*.hosts.*'),
  ...rules([virtualService, destinationRule, serviceEntry], namespaceOrWord, 'spec.exportTo.*'),
  ...rules(workloadEntry, serviceAccountName, 'spec.serviceAccount'),
  ...rules(workloadGroup, serviceAccountName, 'spec.template.serviceAccount'),
];

const source = 'spec.rules.*.from.*.source';
const operation = 'spec.rules.*.to.*.operation';
const targeted = [authorizationPolicy, requestAuthentication, telemetry, wasmPlugin];
const targetKinds = [Kinds.service, serviceEntry, Kinds.kubernetesGateway];
const targetRef = typedReference({ kinds: targetKinds, group: '', isAlwaysTyped: true });
const portsOfSelected = portOfPods({ selector: ['spec', 'selector', 'matchLabels'] });

const security: readonly ReferenceRule[] = [
  ...rules(authorizationPolicy, namespaceName, `${source}.namespaces.*`, `${source}.notNamespaces.*`),
  ...rules(authorizationPolicy, principal, `${source}.principals.*`, `${source}.notPrincipals.*`),
  ...rules(authorizationPolicy, slashedServiceAccount, `${source}.serviceAccounts.*`, `${source}.notServiceAccounts.*`),
  ...rules(authorizationPolicy, hostName, `${operation}.hosts.*`, `${operation}.notHosts.*`),
  ...rules([...targeted, envoyFilter], targetRef, 'spec.targetRef.name', 'spec.targetRefs.*.name'),
  ...rules(
    [...targeted, envoyFilter],
    kindOfReference(...targetKinds),
    'spec.targetRef.kind',
    'spec.targetRefs.*.kind',
  ),
  ...rules(authorizationPolicy, portsOfSelected, `${operation}.ports.*`, `${operation}.notPorts.*`),
  ...rules(peerAuthentication, { ...portsOfSelected, isOfKeys: true }, 'spec.portLevelMtls'),
];

const policies = [...targeted, peerAuthentication, proxyConfig];

/** Where each kind keeps the labels of the workloads it is for, and how far they reach. */
const selectors: readonly ReferenceRule[] = [
  ...rules(policies, workloadSelector('root-means-mesh'), 'spec.selector.matchLabels'),
  ...rules(policies, selectorLabel('root-means-mesh'), 'spec.selector.matchLabels.*'),
  ...rules([envoyFilter, sidecar], workloadSelector('root-means-mesh'), 'spec.workloadSelector.labels'),
  ...rules([envoyFilter, sidecar], selectorLabel('root-means-mesh'), 'spec.workloadSelector.labels.*'),
  ...rules(gateway, gatewaySelector, 'spec.selector'),
  ...rules(gateway, gatewaySelectorLabel, 'spec.selector.*'),
  ...rules(serviceEntry, workloadSelector('namespace'), 'spec.workloadSelector.labels'),
  ...rules(serviceEntry, selectorLabel('namespace'), 'spec.workloadSelector.labels.*'),
  ...rules(destinationRule, workloadSelector('namespace'), 'spec.workloadSelector.matchLabels'),
  ...rules(destinationRule, selectorLabel('namespace'), 'spec.workloadSelector.matchLabels.*'),
];

/** Fields of Istio's kinds that name something. */
export const istioRules: readonly ReferenceRule[] = [...routing, ...security, ...selectors];
