import { l10n, ProgressLocation, Uri, window, workspace, type CancellationToken, type Progress } from 'vscode';
import { UserFacingError } from '../../command-registry.ts';
import { commandIds } from '../../commands.ts';
import type { DisposableList } from '../../disposables.ts';
import { meshFileName } from '../../mesh/mesh-documents.ts';
import type { Services } from '../../services.ts';
import { meshTemplate } from './mesh-template.ts';

/** Start and stop of the local mesh, and its file. */
export function registerLocalMesh(services: Services, owned: DisposableList): void {
  const { commands, contextKeys, engine, mesh, meshFiles, settings } = services;
  commands.register(commandIds.startMesh, () => start(services));
  commands.register(commandIds.stopMesh, () =>
    window.withProgress({ location: ProgressLocation.Window, title: l10n.t('Stopping the local mesh') }, async () => {
      mesh.set(await engine.request('mesh/local/stop', {}));
    }),
  );
  commands.register(commandIds.createMeshFile, createMeshFile);
  commands.register(commandIds.openMeshFile, async () => {
    const file = await chooseFile(services);
    if (file) await window.showTextDocument(file);
  });

  const tell = (): void => {
    const phase = mesh.status?.phase;
    const hasFile = meshFiles.known.length > 0;
    contextKeys.set('meshlens.localMesh.hasFile', hasFile);
    // The view would say that there is no mesh file, and take it back in a moment.
    if (!meshFiles.isSearched && (phase === undefined || phase === 'stopped')) return;
    contextKeys.set(
      'meshlens.localMesh.phase',
      phase === undefined || (phase === 'stopped' && !hasFile) ? 'none' : phase,
    );
  };
  owned.add(mesh.onDidChange(tell));
  owned.add(meshFiles.onDidChange(tell));
  tell();

  // The engine starts the only mesh file of a workspace by itself; a file named in the settings is started from here.
  let isFirst = true;
  owned.add(
    engine.onDidChangeState(({ state }) => {
      if (state !== 'running' || !isFirst) return;
      isFirst = false;
      if (!workspace.isTrusted || !settings.get('localMesh.autoStart') || settings.get('localMesh.file') === '') return;
      void start(services).catch((error: unknown) => services.log.error('The local mesh did not start.', error));
    }),
  );
}

async function start(services: Services): Promise<void> {
  if (!workspace.isTrusted) {
    throw new UserFacingError(l10n.t('A local mesh runs programs of this workspace. Trust the workspace first.'));
  }
  if (services.mesh.status?.phase === 'running') {
    void window.showInformationMessage(l10n.t('The local mesh runs already.'));
    return;
  }
  const file = await chooseFile(services);
  if (file === undefined) return;
  if (file.scheme !== 'file') throw new UserFacingError(l10n.t('A local mesh needs a folder on this machine.'));
  await window.withProgress(
    { location: ProgressLocation.Notification, title: l10n.t('Starting the local mesh'), cancellable: true },
    (progress, token) => startAndWait(services, file.fsPath, progress, token),
  );
}

/** Resolves when the mesh runs; rejects with its own words when it failed; stops it when cancelled. */
async function startAndWait(
  { engine, mesh }: Services,
  file: string,
  progress: Progress<{ message?: string }>,
  token: CancellationToken,
): Promise<void> {
  const cancelled = new Promise<'cancelled'>((resolve) => token.onCancellationRequested(() => resolve('cancelled')));
  let report = (): void => undefined;
  const settled = new Promise<'running' | 'failed' | 'stopped'>((resolve) => {
    let hasBegun = false;
    report = () => {
      const { status } = mesh;
      if (status === undefined) return;
      const ready = status.workloads
        .flatMap(({ instances }) => instances)
        .filter(({ state }) => state === 'ready').length;
      const all = status.workloads.flatMap(({ instances }) => instances).length;
      progress.report({ message: status.message ?? l10n.t('{0} of {1} instances ready', ready, all) });
      if (status.phase === 'starting') hasBegun = true;
      if (status.phase === 'running' || status.phase === 'failed') resolve(status.phase);
      if (status.phase === 'stopped' && hasBegun) resolve('stopped');
    };
  });
  const subscription = mesh.onDidChange(() => report());
  try {
    const requested = engine.request('mesh/local/start', { file }, token).then((status) => {
      mesh.set(status);
      return settled;
    });
    const outcome = await Promise.race([requested, cancelled]);
    if (outcome === 'cancelled') mesh.set(await engine.request('mesh/local/stop', {}));
    if (outcome === 'failed') {
      throw new UserFacingError(mesh.status?.message ?? l10n.t('The local mesh did not start. The log says more.'));
    }
  } finally {
    subscription.dispose();
  }
}

async function chooseFile({ meshFiles }: Services): Promise<Uri | undefined> {
  const files = await meshFiles.all();
  if (files.length > 1) {
    const items = files.map((uri) => ({ label: workspace.asRelativePath(uri), uri }));
    return (await window.showQuickPick(items, { placeHolder: l10n.t('File of the local mesh') }))?.uri;
  }
  const [file] = files;
  if (file !== undefined) return file;
  const create = l10n.t('Create One');
  const text = l10n.t('No {0} was found in this workspace.', meshFileName);
  if ((await window.showInformationMessage(text, create)) === create) await createMeshFile();
  return undefined;
}

async function createMeshFile(): Promise<void> {
  const folder = workspace.workspaceFolders?.[0];
  if (folder === undefined) throw new UserFacingError(l10n.t('Open a folder first; the mesh file belongs into it.'));
  const uri = Uri.joinPath(folder.uri, meshFileName);
  const exists = await workspace.fs.stat(uri).then(
    () => true,
    () => false,
  );
  if (!exists) {
    const name =
      folder.name
        .toLowerCase()
        .replace(/[^a-z0-9]+/g, '-')
        .replace(/^-+|-+$/g, '') || 'mesh';
    await workspace.fs.writeFile(uri, new TextEncoder().encode(meshTemplate(name)));
  }
  await window.showTextDocument(uri);
}
