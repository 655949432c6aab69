import { compareText } from '../../../shared/compare.ts';
import { isConfigurationFile } from '../../../shared/configuration-file.ts';
import type { MeshSettings } from '../../../shared/mesh-settings.ts';
import type { SourceRef } from '../../../shared/resource.ts';
import type { MeshObject } from '../../model/mesh-object.ts';
import { kindKey } from '../../model/mesh-object.ts';
import type { DocumentFile, DocumentSource } from '../../policy/documents/document-file.ts';
import { locateField, readDocumentFile } from '../../policy/documents/document-file.ts';
import type { ReadOptions } from '../../policy/documents/declared-objects.ts';
import { readFast } from '../../policy/documents/fast-values.ts';
import type { ConfiguredPath } from '../../policy/configuration/configuration.ts';
import { YamlDocument } from '../../policy/documents/yaml-document.ts';
import { Configurations } from './configurations.ts';
import { isAssertion } from './assertions.ts';
import { isKustomization, Kustomizations } from './kustomizations.ts';
import { localMeshObjects } from './local-mesh-objects.ts';

export interface WorkspaceFilesOptions {
  /** Namespace of documents that name none, unless a configuration file says another. */
  readonly defaultNamespace?: string;
  /** The same, whatever configuration files say. */
  readonly namespace?: string;
  /** A configuration that counts for all files, instead of the configuration files among them. */
  readonly configuration?: { readonly uri: string; readonly text: string };
}

/** Which text of a file that is open counts: what the editor shows, or what was last saved. */
export type TextState = 'unsaved' | 'saved';

interface FileRecord {
  /** A configuration leaves it out. */
  isIgnored: boolean;
  /** A part of an object, which Kustomize puts into a whole one, or a test expects: it declares nothing. */
  isPatch: boolean;
  disk?: string;
  open?: { readonly text: string; readonly version: number };
  /** Read from the open text, else from disk. */
  current?: DocumentFile;
  /** Read from disk while other text is open. */
  saved?: DocumentFile;
}

/** The YAML files of a workspace and the objects they declare. Unsaved text overrides what is on disk. */
export class WorkspaceFiles implements DocumentSource {
  readonly #records = new Map<string, FileRecord>();
  #options: ReadOptions;
  #defaultNamespace: string;
  readonly #namespace: string | undefined;
  readonly #configurations: Configurations;
  readonly #kustomizations = new Kustomizations();
  readonly #objects = new Map<TextState, { readonly revision: number; readonly objects: readonly MeshObject[] }>();
  #byName: { readonly revision: number; readonly objects: ReadonlyMap<string, readonly MeshObject[]> } | undefined;
  #order: readonly (readonly [string, FileRecord])[] | undefined;
  #revision = 0;
  readonly #listeners = new Set<() => void>();

  constructor(options: WorkspaceFilesOptions = {}) {
    const { configuration } = options;
    this.#configurations = new Configurations(
      configuration && {
        uri: configuration.uri,
        value: new YamlDocument(configuration.text, 'configuration-file').value,
      },
    );
    this.#namespace = options.namespace;
    this.#defaultNamespace = options.defaultNamespace ?? 'default';
    this.#options = { defaultNamespace: this.#currentNamespace(), derive: localMeshObjects };
  }

  /** What configuration files say of the mesh. The same object until that changes. */
  get mesh(): MeshSettings {
    return this.#configurations.mesh;
  }

  /** The configuration that counts for a file. */
  configurationOf(uri: string): ConfiguredPath | undefined {
    return this.#configurations.of(uri);
  }

  /** What people set counts before configuration files have a say. */
  setDefaultNamespace(namespace: string): void {
    this.#defaultNamespace = namespace;
    this.#readAgain();
  }

  /** Grows with every change that may change an answer. */
  get revision(): number {
    return this.#revision;
  }

  /** Called with every change that may change an answer. */
  onDidChange(listener: () => void): { dispose(): void } {
    const own = (): void => listener();
    this.#listeners.add(own);
    return { dispose: () => void this.#listeners.delete(own) };
  }

  /** Text as an editor shows it, saved or not. Older versions than the present one are ignored. */
  setOpen(uri: string, text: string, version: number): void {
    const record = this.#record(uri);
    if (record.open && version < record.open.version) return;
    const isSame = record.open?.text === text;
    record.open = { text, version };
    if (!isSame) this.#update(uri, record);
  }

  close(uri: string): void {
    const record = this.#records.get(uri);
    if (!record?.open) return;
    delete record.open;
    if (record.disk === undefined) this.remove(uri);
    else this.#update(uri, record);
  }

  /** Text as it is on disk: after reading, saving, or a change from outside. */
  setDisk(uri: string, text: string): void {
    const record = this.#record(uri);
    if (record.disk === text) return;
    record.disk = text;
    this.#update(uri, record);
  }

  /** The file is gone from disk; text that is still open stays. */
  remove(uri: string): void {
    const record = this.#records.get(uri);
    if (!record) return;
    delete record.disk;
    if (record.open) this.#update(uri, record);
    else {
      this.#records.delete(uri);
      this.#order = undefined;
      this.#configure(uri, undefined);
      this.#findPatches(uri, undefined);
      this.#changed();
    }
  }

  /** A folder is gone from disk, and all files in it. */
  removeFolder(uri: string): void {
    const prefix = uri.endsWith('/') ? uri : `${uri}/`;
    const order = this.#sorted();
    let [from, to] = [0, order.length];
    // Builds delete thousands of things that were no folders of ours.
    while (from < to) {
      const middle = (from + to) >>> 1;
      if (compareText(order[middle]?.[0] ?? '', prefix) < 0) from = middle + 1;
      else to = middle;
    }
    for (; order[from]?.[0].startsWith(prefix) === true; from++) this.remove(order[from]?.[0] ?? '');
  }

  /** In the order of their URIs. */
  files(): readonly DocumentFile[] {
    return this.#sorted().flatMap(([, record]) => (record.current && counts(record) ? [record.current] : []));
  }

  /** What Kustomize puts into objects, and what tests expect of them. In the order of their URIs. */
  patches(): readonly DocumentFile[] {
    return this.#sorted().flatMap(([, { current, isPatch, isIgnored }]) =>
      current && isPatch && !isIgnored ? [current] : [],
    );
  }

  /** The files as they are on disk, whatever an editor shows: what a running mesh goes by. In the order of their URIs. */
  savedFiles(): readonly DocumentFile[] {
    return this.#sorted().flatMap(([uri, record]) => this.#savedFile(uri, record) ?? []);
  }

  file(uri: string): DocumentFile | undefined {
    const record = this.#records.get(uri);
    return record?.isIgnored === true ? undefined : record?.current;
  }

  /** The version an editor gave with its text. */
  versionOf(uri: string): number | undefined {
    return this.#records.get(uri)?.open?.version;
  }

  textOf(uri: string): string | undefined {
    const record = this.#records.get(uri);
    return record?.open?.text ?? record?.disk;
  }

  /** Objects of layer `workspace`, those that LocalMesh documents imply included. Objects without a name are left out. */
  objects(state: TextState = 'unsaved'): readonly MeshObject[] {
    const known = this.#objects.get(state);
    if (known?.revision === this.#revision) return known.objects;
    const objects = this.#sorted().flatMap(([uri, record]) => {
      const file = state === 'unsaved' ? record.current : this.#savedFile(uri, record);
      if (!counts(record)) return [];
      return (file?.documents ?? []).flatMap((document) =>
        document.objects.map(({ object }) => object).filter(({ name }) => name !== ''),
      );
    });
    this.#objects.set(state, { revision: this.#revision, objects });
    return objects;
  }

  /** Fills in the file and the range of a field. Unchanged for objects no file declares. */
  locate(ref: SourceRef): SourceRef {
    const candidates = this.#named().get(nameKey(ref.resource)) ?? [];
    const object = candidates.find(({ origin }) => origin.source === ref.uri) ?? candidates[0];
    const place = object && locateField(this, object, ref.path);
    return place ? { ...ref, uri: place.uri, range: place.range } : ref;
  }

  #record(uri: string): FileRecord {
    let record = this.#records.get(uri);
    if (!record) {
      const isIgnored = this.#configurations.isIgnored(uri);
      this.#records.set(uri, (record = { isIgnored, isPatch: this.#isPatch(uri) }));
      this.#order = undefined;
    }
    return record;
  }

  #isPatch(uri: string): boolean {
    return isAssertion(uri) || this.#kustomizations.isPatch(uri);
  }

  #update(uri: string, record: FileRecord): void {
    const text = record.open?.text ?? record.disk;
    const isOpen = record.open !== undefined;
    if (text === undefined) delete record.current;
    else if (record.current?.text !== text || record.current.isOpen !== isOpen)
      record.current = readDocumentFile(uri, text, isOpen, this.#options, record.current);
    this.#configure(uri, record.current);
    this.#findPatches(uri, record.current);
    this.#changed();
  }

  #findPatches(uri: string, file: DocumentFile | undefined): void {
    if (!isKustomization(uri)) return;
    const read = file?.documents.map(({ yaml }) => readFast(yaml.text)) ?? [];
    // Half typed, it says what it last said.
    if (read.some(({ ok }) => !ok)) return;
    const values = read.map((document) => (document.ok ? document.value : undefined));
    if (!this.#kustomizations.set(uri, values)) return;
    for (const [each, record] of this.#records) record.isPatch = this.#isPatch(each);
  }

  /** Of a configuration file its first document counts; one that says nothing yet is a configuration too. */
  #configure(uri: string, file: DocumentFile | undefined): void {
    if (!isConfigurationFile(uri)) return;
    const value = file && (file.documents[0]?.yaml.value ?? {});
    if (!this.#configurations.set(uri, value)) return;
    for (const [each, record] of this.#records) record.isIgnored = this.#configurations.isIgnored(each);
    this.#readAgain();
  }

  /** With the namespace that counts now, where that is another. */
  #readAgain(): void {
    const defaultNamespace = this.#currentNamespace();
    if (defaultNamespace === this.#options.defaultNamespace) return;
    this.#options = { ...this.#options, defaultNamespace };
    for (const [uri, record] of this.#records) {
      delete record.saved;
      const { current } = record;
      if (current) record.current = readDocumentFile(uri, current.text, current.isOpen, this.#options);
    }
    this.#changed();
  }

  #currentNamespace(): string {
    return this.#namespace ?? this.#configurations.mesh.defaultNamespace ?? this.#defaultNamespace;
  }

  #changed(): void {
    this.#revision++;
    for (const listener of [...this.#listeners]) listener();
  }

  #savedFile(uri: string, record: FileRecord): DocumentFile | undefined {
    if (record.disk === undefined || !counts(record)) return undefined;
    if (record.current?.text === record.disk) return record.current;
    if (record.saved?.text !== record.disk) {
      record.saved = readDocumentFile(uri, record.disk, false, this.#options, record.saved ?? record.current);
    }
    return record.saved;
  }

  #sorted(): readonly (readonly [string, FileRecord])[] {
    // Sorting hundreds of files would take longer than everything else a key stroke costs here.
    return (this.#order ??= [...this.#records].sort(([a], [b]) => compareText(a, b)));
  }

  #named(): ReadonlyMap<string, readonly MeshObject[]> {
    if (this.#byName?.revision === this.#revision) return this.#byName.objects;
    const objects = new Map<string, MeshObject[]>();
    for (const object of this.objects()) {
      const key = nameKey(object);
      const same = objects.get(key);
      if (same) same.push(object);
      else objects.set(key, [object]);
    }
    this.#byName = { revision: this.#revision, objects };
    return objects;
  }
}

function counts({ isIgnored, isPatch }: FileRecord): boolean {
  return !isIgnored && !isPatch;
}

function nameKey(ref: Pick<MeshObject, 'apiVersion' | 'kind' | 'namespace' | 'name'>): string {
  return `${kindKey(ref)} ${ref.namespace}/${ref.name}`;
}
