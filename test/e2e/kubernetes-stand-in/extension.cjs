// What the Kubernetes extension exports, as far as others can rely on it: an API broker with versions, each answer saying
// whether it is available. Test-only: it is in no package of ours.
const vscode = require('vscode');

exports.activate = function (context) {
  const contexts = new vscode.EventEmitter();
  const namespaces = new vscode.EventEmitter();
  context.subscriptions.push(
    contexts,
    namespaces,
    vscode.commands.registerCommand('kubernetesStandIn.chooseContext', (name) => contexts.fire(name)),
    vscode.commands.registerCommand('kubernetesStandIn.chooseNamespace', (name) => namespaces.fire(name)),
  );
  const configuration = {
    getKubeconfigPath: () => ({ pathType: 'host', hostPath: '' }),
    onDidChangeKubeconfigPath: new vscode.EventEmitter().event,
    onDidChangeContext: contexts.event,
    onDidChangeNamespace: namespaces.event,
  };
  return {
    apiVersion: '0.1',
    get: (component, version) =>
      component === 'configuration' && (version === 'v1' || version === 'v1_1')
        ? { available: true, api: configuration }
        : { available: false, reason: 'extension_too_old' },
  };
};
