import type { ObjectCheck } from '../check.ts';
import { waypointRefuses } from './waypoint-refuses.ts';
import { waypointSettings } from './waypoint-settings.ts';
import { ambientSidecarScope } from './ambient-sidecar-scope.ts';
import { disableInAmbient } from './disable-in-ambient.ts';
import { hostWithoutWaypoint } from './host-without-waypoint.ts';
import { policyWithoutTarget } from './policy-without-target.ts';
import { policyWithoutWaypoint } from './policy-without-waypoint.ts';
import { routeInOtherNamespace } from './route-in-other-namespace.ts';
import { routeWithoutWaypoint } from './route-without-waypoint.ts';
import { sidecarAndAmbient } from './sidecar-and-ambient.ts';
import { sidecarInAmbientNamespace } from './sidecar-in-ambient-namespace.ts';
import { unknownWaypoint } from './unknown-waypoint.ts';
import { waypointOutsideAmbient } from './waypoint-outside-ambient.ts';

export const ambientChecks: readonly ObjectCheck[] = [
  policyWithoutWaypoint,
  policyWithoutTarget,
  routeWithoutWaypoint,
  hostWithoutWaypoint,
  routeInOtherNamespace,
  sidecarAndAmbient,
  sidecarInAmbientNamespace,
  waypointOutsideAmbient,
  unknownWaypoint,
  ambientSidecarScope,
  waypointSettings,
  waypointRefuses,
  disableInAmbient,
];
