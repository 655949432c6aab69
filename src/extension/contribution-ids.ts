/** Ids of what `package.json` contributes besides commands, settings and context keys. */
export const viewIds = {
  container: 'meshlens',
  services: 'meshlens.services',
  clusters: 'meshlens.clusters',
  events: 'meshlens.events',
  traces: 'meshlens.traces',
} as const;

/** Type of the topology panel; restored panels are found by it. */
export const topologyPanelType = 'meshlens.topology';

export const walkthroughId = 'meshlens.start';

/** The steps of the walkthrough, in order. */
export const walkthroughSteps = ['openMesh', 'startMesh', 'watch', 'change', 'try'] as const;

/** Theme colours that we contribute; webviews see them as `--vscode-meshlens-health-healthy` and so on. */
export const colorIds = {
  healthy: 'meshlens.health.healthy',
  degraded: 'meshlens.health.degraded',
  failing: 'meshlens.health.failing',
  idle: 'meshlens.health.idle',
  unknown: 'meshlens.health.unknown',
  preview: 'meshlens.preview',
  edge: 'meshlens.edge.traffic',
  idleEdge: 'meshlens.edge.idle',
  degradedEdge: 'meshlens.edge.degraded',
  failingEdge: 'meshlens.edge.failing',
} as const;
