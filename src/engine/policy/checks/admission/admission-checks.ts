import type { ObjectCheck } from '../check.ts';
import { envoyMatch } from './extensions/envoy-match.ts';
import { envoyPatch } from './extensions/envoy-patch.ts';
import { invalidProbe } from './extensions/invalid-probe.ts';
import { missingTypedConfig } from './extensions/missing-typed-config.ts';
import { unknownEnvoyField } from './extensions/unknown-envoy-field.ts';
import { invalidEnvoyType } from './extensions/invalid-envoy-type.ts';
import { oldFilterName } from './extensions/old-filter-name.ts';
import { telemetrySettings } from './extensions/telemetry-settings.ts';
import { cipherSuites } from './listeners/cipher-suites.ts';
import { duplicatePort } from './listeners/duplicate-port.ts';
import { egressProxy } from './listeners/egress-proxy.ts';
import { emptyListeners } from './listeners/empty-listeners.ts';
import { gatewayName } from './listeners/gateway-name.ts';
import { httpLimitsOnTcp } from './listeners/http-limits-on-tcp.ts';
import { ineffectiveTargetPort } from './listeners/ineffective-target-port.ts';
import { listenerBind } from './listeners/listener-bind.ts';
import { listenerHost } from './listeners/listener-host.ts';
import { serverTlsProtocol } from './listeners/server-tls-protocol.ts';
import { serverTlsSettings } from './listeners/server-tls-settings.ts';
import { sidecarEgress } from './listeners/sidecar-egress.ts';
import { unsupportedProtocol } from './listeners/unsupported-protocol.ts';
import { customAuthorization } from './policies/custom-authorization.ts';
import { denyCoversTcp } from './policies/deny-covers-tcp.ts';
import { emptyAuthorizationRule } from './policies/empty-authorization-rule.ts';
import { invalidAuthorizationCondition } from './policies/invalid-authorization-condition.ts';
import { invalidAuthorizationValue } from './policies/invalid-authorization-value.ts';
import { invalidJwtRule } from './policies/invalid-jwt-rule.ts';
import { invalidTargetRef } from './policies/invalid-target-ref.ts';
import { missingRules } from './policies/missing-rules.ts';
import { portModeWithoutSelector } from './policies/port-mode-without-selector.ts';
import { reservedAnnotation } from './policies/reserved-annotation.ts';
import { claimMatchOnMesh } from './routes/claim-match-on-mesh.ts';
import { conflictingActions } from './routes/conflicting-actions.ts';
import { delegateScope } from './routes/delegate-scope.ts';
import { emptyMatch } from './routes/empty-match.ts';
import { incompatibleSni } from './routes/incompatible-sni.ts';
import { invalidCors } from './routes/invalid-cors.ts';
import { invalidDirectResponse } from './routes/invalid-direct-response.ts';
import { invalidFault } from './routes/invalid-fault.ts';
import { invalidGatewayReference } from './routes/invalid-gateway-reference.ts';
import { invalidHeaderName } from './routes/invalid-header-name.ts';
import { invalidHeaderValue } from './routes/invalid-header-value.ts';
import { invalidPercent } from './routes/invalid-percent.ts';
import { invalidRedirect } from './routes/invalid-redirect.ts';
import { invalidRegex } from './routes/invalid-regex.ts';
import { invalidRetries } from './routes/invalid-retries.ts';
import { invalidRewrite } from './routes/invalid-rewrite.ts';
import { overlappingHosts } from './routes/overlapping-hosts.ts';
import { hostsOnTcpPort } from './services/hosts-on-tcp-port.ts';
import { invalidAddress } from './services/invalid-address.ts';
import { invalidEndpoint } from './services/invalid-endpoint.ts';
import { invalidExportTo } from './services/invalid-export-to.ts';
import { invalidHost } from './services/invalid-host.ts';
import { invalidLabel } from './services/invalid-label.ts';
import { invalidPortName } from './services/invalid-port-name.ts';
import { invalidPort } from './services/invalid-port.ts';
import { invalidSelector } from './services/invalid-selector.ts';
import { invalidSourceNamespace } from './services/invalid-source-namespace.ts';
import { serviceEntryResolution } from './services/service-entry-resolution.ts';
import { clientTlsSettings } from './traffic/client-tls-settings.ts';
import { conflictingSettings } from './traffic/conflicting-settings.ts';
import { emptySettings } from './traffic/empty-settings.ts';
import { impreciseDuration } from './traffic/imprecise-duration.ts';
import { invalidLoadBalancing } from './traffic/invalid-load-balancing.ts';
import { invalidSubsetName } from './traffic/invalid-subset-name.ts';
import { invalidTunnel } from './traffic/invalid-tunnel.ts';
import { localitySettings } from './traffic/locality-settings.ts';
import { negativeLimit } from './traffic/negative-limit.ts';
import { unsplitOriginFailures } from './traffic/unsplit-origin-failures.ts';

export const admissionChecks: readonly ObjectCheck[] = [
  invalidRegex,
  emptyMatch,
  invalidHeaderName,
  invalidHeaderValue,
  conflictingActions,
  delegateScope,
  invalidRedirect,
  invalidRewrite,
  invalidFault,
  invalidDirectResponse,
  invalidRetries,
  invalidCors,
  invalidPercent,
  invalidGatewayReference,
  claimMatchOnMesh,
  overlappingHosts,
  incompatibleSni,
  emptySettings,
  conflictingSettings,
  invalidTunnel,
  negativeLimit,
  unsplitOriginFailures,
  invalidLoadBalancing,
  localitySettings,
  clientTlsSettings,
  impreciseDuration,
  invalidSubsetName,
  invalidHost,
  serviceEntryResolution,
  hostsOnTcpPort,
  invalidEndpoint,
  invalidPortName,
  invalidAddress,
  invalidExportTo,
  invalidLabel,
  invalidSelector,
  invalidPort,
  invalidSourceNamespace,
  listenerHost,
  listenerBind,
  unsupportedProtocol,
  duplicatePort,
  serverTlsProtocol,
  serverTlsSettings,
  cipherSuites,
  ineffectiveTargetPort,
  gatewayName,
  emptyListeners,
  sidecarEgress,
  egressProxy,
  httpLimitsOnTcp,
  customAuthorization,
  missingRules,
  emptyAuthorizationRule,
  invalidAuthorizationValue,
  invalidAuthorizationCondition,
  denyCoversTcp,
  invalidJwtRule,
  portModeWithoutSelector,
  invalidTargetRef,
  reservedAnnotation,
  telemetrySettings,
  invalidProbe,
  envoyPatch,
  envoyMatch,
  oldFilterName,
  missingTypedConfig,
  invalidEnvoyType,
  unknownEnvoyField,
];
