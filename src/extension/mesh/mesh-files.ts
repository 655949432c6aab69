import { EventEmitter, Uri, workspace } from 'vscode';
import { DisposableList, type Disposable } from '../disposables.ts';
import type { SettingsReader } from '../settings-reader.ts';
import { meshFileName } from './mesh-documents.ts';

/** Knows which files of the workspace declare a local mesh. */
export class MeshFiles implements Disposable {
  readonly #settings: SettingsReader;
  readonly #changes = new EventEmitter<void>();
  readonly #owned = new DisposableList();
  #files: readonly Uri[] = [];
  #search: Promise<void>;
  #isSearched = false;

  readonly onDidChange = this.#changes.event;

  constructor(settings: SettingsReader) {
    this.#settings = settings;
    this.#owned.add(this.#changes);
    const watcher = this.#owned.add(workspace.createFileSystemWatcher(`**/${meshFileName}`, false, true, false));
    const again = (): void => void (this.#search = this.#find());
    this.#owned.add(watcher.onDidCreate(again));
    this.#owned.add(watcher.onDidDelete(again));
    this.#owned.add(workspace.onDidChangeWorkspaceFolders(again));
    this.#owned.add(settings.onDidChange((keys) => keys.has('localMesh.file') && again()));
    this.#search = this.#find();
  }

  /** The files, the one of the setting first, else those nearest to the workspace root. Waits for the first search. */
  async all(): Promise<readonly Uri[]> {
    await this.#search;
    return this.#files;
  }

  /** What is known now. */
  get known(): readonly Uri[] {
    return this.#files;
  }

  /** The first search is over: that there is no file is known. */
  get isSearched(): boolean {
    return this.#isSearched;
  }

  dispose(): void {
    this.#owned.dispose();
  }

  async #find(): Promise<void> {
    const configured = this.#settings.get('localMesh.file').trim();
    const found =
      configured === ''
        ? await workspace.findFiles(`**/${meshFileName}`, '**/{node_modules,.git}/**', 50)
        : await existing(configured);
    this.#files = found.toSorted((a, b) => depth(a) - depth(b) || a.path.localeCompare(b.path));
    this.#isSearched = true;
    this.#changes.fire();
  }
}

async function existing(file: string): Promise<Uri[]> {
  const candidates = (workspace.workspaceFolders ?? []).map((folder) =>
    file.startsWith('/') || /^[a-z]:[\\/]/i.test(file) ? Uri.file(file) : Uri.joinPath(folder.uri, file),
  );
  const checks = await Promise.all(
    candidates.map(async (uri) => {
      try {
        await workspace.fs.stat(uri);
        return [uri];
      } catch {
        return [];
      }
    }),
  );
  return checks.flat();
}

function depth(uri: Uri): number {
  return uri.path.split('/').length;
}
