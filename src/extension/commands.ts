/** Every command of the extension, by the name the code uses. `package.json` declares the same ids; a test compares. */
export const commandIds = {
  openTopology: 'meshlens.topology.open',
  startMesh: 'meshlens.localMesh.start',
  stopMesh: 'meshlens.localMesh.stop',
  createMeshFile: 'meshlens.localMesh.create',
  openMeshFile: 'meshlens.localMesh.openFile',
  startService: 'meshlens.service.start',
  stopService: 'meshlens.service.stop',
  restartService: 'meshlens.service.restart',
  revealService: 'meshlens.service.reveal',
  openServiceSource: 'meshlens.service.openSource',
  showServiceLog: 'meshlens.service.showLog',
  showAccessLog: 'meshlens.accessLog.show',
  sendRequest: 'meshlens.request.send',
  repeatRequest: 'meshlens.request.repeat',
  showRoute: 'meshlens.route.show',
  analyzeWorkspace: 'meshlens.workspace.analyze',
  copyProxyEnvironment: 'meshlens.proxyEnvironment.copy',
  showEngineLog: 'meshlens.engine.showLog',
  restartEngine: 'meshlens.engine.restart',
  showActions: 'meshlens.mesh.showActions',
  showRejection: 'meshlens.configuration.showRejection',
  openEvent: 'meshlens.events.open',
  openTrace: 'meshlens.traces.open',
  refreshTraces: 'meshlens.traces.refresh',
  showFailedTraces: 'meshlens.traces.showFailed',
  showAllTraces: 'meshlens.traces.showAll',
  openWalkthrough: 'meshlens.walkthrough.open',
} as const;

export type CommandId = (typeof commandIds)[keyof typeof commandIds];

/** Commands that text from the engine (hovers) may link to: those that show or ask, none that starts or stops. */
export const commandsForLinks: readonly CommandId[] = [
  commandIds.openTopology,
  commandIds.sendRequest,
  commandIds.showRoute,
  commandIds.openTrace,
];
