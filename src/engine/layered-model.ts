import { isDeepStrictEqual } from 'node:util';
import type { AnalyzeResult, Severity } from '../shared/diagnostics.ts';
import { isConfigurationFile } from '../shared/configuration-file.ts';
import type { ClusterInputs, EngineParams, EngineResult } from '../shared/engine-protocol.ts';
import type { MeshSettings, ResolvedMeshSettings } from '../shared/mesh-settings.ts';
import { resolveMeshSettings } from '../shared/mesh-settings.ts';
import type { RuleSettings } from '../shared/rule-settings.ts';
import type { Clusters } from './clusters/clusters.ts';
import { policyObjects, policyParts } from './clusters/policy-objects.ts';
import { NamedConfiguration } from './named-configuration.ts';
import { readFiles } from './discovery/workspace/read-files.ts';
import { UnreadableInput } from './discovery/workspace/unreadable-input.ts';
import { WorkspaceFiles } from './discovery/workspace/workspace-files.ts';
import { joinEndpoints, noEndpoints, type EndpointDirectory } from './model/endpoints.ts';
import type { KindKey, MeshObject } from './model/mesh-object.ts';
import type { Snapshot } from './model/snapshot.ts';
import { createSnapshot } from './model/snapshot.ts';
import { stackSnapshots } from './model/stack-snapshots.ts';
import { IncrementalAnalyzer, type AnalyzeInput } from './policy/analyze.ts';
import { undecidedReferences } from './language/undecided-references.ts';
import { byPlace } from './policy/analysis/file-diagnostics.ts';
import { FileRules } from './policy/analysis/file-rules.ts';
import type { ConfiguredPath } from './policy/configuration/configuration.ts';
import { configuredSeverity, mergeRules } from './policy/analysis/rule-settings.ts';
import { undecidedReference } from './policy/checks/engine/undecided-reference.ts';
import { structureChecks } from './policy/checks/schema/structure-checks.ts';
import { jsonSchemaOf, problemsOfJsonSchema, type JsonSchema } from './policy/schema/json-schema.ts';
import { bundledKinds } from './policy/schema/schema-registry.ts';
import { routeCall } from './policy/semantics/routing/route-call.ts';
import { sharedSlices } from './work-slices.ts';

type Connections = Clusters['connections'];

export interface LayeredModelOptions {
  readonly workspace: WorkspaceFiles;
  readonly clusters: Pick<Clusters, 'connections' | 'connection'>;
  /** Objects of the local registry. */
  readonly registered: () => readonly MeshObject[];
  /** Of the local mesh; undefined while it does not run. */
  readonly localEndpoints: () => EndpointDirectory | undefined;
  /** What the person set; it counts before what a cluster says of itself. The same object until it changes. */
  readonly settings: () => MeshSettings;
  readonly rules: () => RuleSettings;
  /** Whether documents are held to the schemas of their kinds here. */
  readonly checksStructure: () => boolean;
  /** Nothing but one question is to be answered: what takes time may block. */
  readonly isAlone?: boolean;
}

/** Rules differ by file. */
type RuledInput = AnalyzeInput & Required<Pick<AnalyzeInput, 'fileRules'>>;

interface Given {
  readonly files: WorkspaceFiles;
  readonly settings: ResolvedMeshSettings;
  /** The cluster below the files. */
  readonly connections: Connections;
  /** Whether the question brought the objects itself. */
  readonly isGiven: boolean;
  /** The configuration that the question names. */
  readonly configuration?: NamedConfiguration;
}

interface Analyzed {
  readonly result: AnalyzeResult;
  readonly texts: ReadonlyMap<string, string>;
  /** When time changes it, in milliseconds since 1970; absent where none does. */
  readonly holdsUntil?: number;
}

/** Somebody else holds documents to our JSON Schema: nothing of that is said twice. */
const structureOff: RuleSettings = Object.fromEntries(
  structureChecks
    .filter(({ problems }) => problems.every((kind) => problemsOfJsonSchema.includes(kind)))
    .map(({ code }) => [code, 'off']),
);

/** A value that is kept while what it was made of is the same. */
class Kept<T> {
  #parts: readonly unknown[] | undefined;
  #value: T | undefined;

  get(parts: readonly unknown[], make: () => T): T {
    const isSame = this.#parts?.length === parts.length && parts.every((part, index) => part === this.#parts?.[index]);
    if (!isSame || this.#value === undefined) {
      this.#parts = parts;
      this.#value = make();
    }
    return this.#value;
  }
}

/** What questions are asked of: connected clusters ⊕ the workspace, unsaved text included ⊕ the local registry. */
export class LayeredModel {
  readonly #options: LayeredModelOptions;
  readonly #analyzer = new IncrementalAnalyzer();
  readonly #snapshot = new Kept<Snapshot>();
  readonly #own = new Kept<Snapshot>();
  readonly #settings = new Kept<ResolvedMeshSettings>();
  readonly #base = new Kept<readonly MeshObject[]>();
  readonly #rules = new Kept<RuledInput['fileRules']>();
  readonly #ownMesh = new Kept<MeshSettings>();
  readonly #localSettings = new Kept<ResolvedMeshSettings>();
  #registered: readonly MeshObject[] = [];

  constructor(options: LayeredModelOptions) {
    this.#options = options;
  }

  /** What the person set, and over it what the team's configuration says. The same object until that changes. */
  get ownSettings(): MeshSettings {
    const { settings, workspace } = this.#options;
    const [own, shared] = [settings(), workspace.mesh];
    return this.#ownMesh.get([own, shared], () => ({ ...own, ...shared }));
  }

  /** The same, whatever clusters say: for what runs on this machine. */
  get localSettings(): ResolvedMeshSettings {
    const own = this.ownSettings;
    return this.#localSettings.get([own], () => resolveMeshSettings(own));
  }

  /** The same object until the settings or those of the first cluster change: indexes are kept by it. */
  get settings(): ResolvedMeshSettings {
    const own = this.ownSettings;
    const cluster = this.#connections[0]?.meshSettings;
    return this.#settings.get([own, cluster], () => resolveMeshSettings({ ...cluster, ...own }));
  }

  /** The model as it is asked now. */
  get snapshot(): Snapshot {
    const { workspace } = this.#options;
    const registered = this.#registeredObjects();
    const own = this.#own.get([workspace.revision, registered], () =>
      createSnapshot([...workspace.objects(), ...registered]),
    );
    const clusters = stackOf(this.#connections);
    return this.#snapshot.get([own, ...clusters], () => stackSnapshots(...clusters, own));
  }

  /** Findings of the open workspace: only what an edit made necessary is computed. */
  analyzeWorkspace(): AnalyzeResult {
    const input = this.#workspaceInput();
    return withUndecided(this.#analyzer.analyze(input), input, () => this.snapshot);
  }

  /** The same in pieces that leave the event loop room. Rejects when the signal says so. */
  analyzeWorkspaceInPieces(signal: AbortSignal): Promise<AnalyzeResult> {
    const input = this.#workspaceInput();
    return inPieces(this.#analyzer.steps(input), signal).then((result) =>
      withUndecided(result, input, () => this.snapshot),
    );
  }

  /** Findings with the texts they are about, for those who print them or keep them. */
  async analyze(params: EngineParams<'mesh/analyze'>, signal?: AbortSignal): Promise<Analyzed> {
    const { files, settings, connections, isGiven, configuration } = await this.#given(params);
    const { mesh, rules, context, layer } = params;
    const isUsual = !isGiven && [mesh, rules, context, layer].every((each) => each === undefined);
    const base = connections.flatMap(({ snapshot }) => [...policyObjects(snapshot)]);
    const input: RuledInput = isUsual
      ? this.#workspaceInput()
      : {
          files,
          base: [...base, ...(isGiven ? [] : this.#registeredObjects())],
          complete: completeKindsOf(connections),
          settings,
          fileRules: this.#newRules(files, rules),
          now: Date.now(),
        };
    const analyzer = isUsual ? this.#analyzer : new IncrementalAnalyzer(undefined, layer);
    const found = await inPieces(analyzer.steps(input), signal);
    const result =
      layer === undefined
        ? withUndecided(found, input, () => createSnapshot([...(input.base ?? []), ...files.objects()]))
        : found;
    const { holdsUntil } = analyzer;
    const texts = new Map(files.files().map(({ uri, text }) => [uri, text]));
    // Among the files under a name that makes it a configuration, it has had its findings like any other.
    if (
      !configuration ||
      layer !== undefined ||
      (texts.has(configuration.uri) && isConfigurationFile(configuration.uri))
    )
      return { result, texts, ...(holdsUntil !== undefined && { holdsUntil }) };
    const ofConfiguration = configuration.findings((alone) => this.#newRules(alone, rules));
    return {
      result: { ...result, diagnostics: [...result.diagnostics, ...ofConfiguration].sort(byPlace) },
      texts: texts.set(configuration.uri, configuration.text),
      ...(holdsUntil !== undefined && { holdsUntil }),
    };
  }

  /** What documents are held to, for editors that check it themselves. */
  jsonSchema(): JsonSchema {
    return jsonSchemaOf(bundledKinds(this.settings.gatewayApiChannel));
  }

  async route(params: EngineParams<'mesh/route'>): Promise<EngineResult<'mesh/route'>> {
    const { files, settings, connections, isGiven } = await this.#given(params);
    const isUsual = !isGiven && params.context === undefined;
    const local = isUsual ? this.#options.localEndpoints() : undefined;
    const endpoints = connections.map((connection) => connection.endpoints);
    return routeCall({
      snapshot: isUsual ? this.snapshot : stackSnapshots(...stackOf(connections), createSnapshot(files.objects())),
      endpoints: local ?? (endpoints.length > 0 ? joinEndpoints(endpoints) : noEndpoints),
      settings,
      call: params.request,
      locate: (ref) => files.locate(ref),
    });
  }

  #workspaceInput(): RuledInput {
    return {
      files: this.#options.workspace,
      base: this.#baseObjects(),
      complete: completeKindsOf(this.#connections),
      settings: this.settings,
      fileRules: this.#ownRules(),
      now: Date.now(),
    };
  }

  /** Of the open workspace; the same object until what the person set changes. */
  #ownRules(): RuledInput['fileRules'] {
    const { rules, checksStructure, workspace } = this.#options;
    return this.#rules.get([rules(), checksStructure()], () => this.#newRules(workspace));
  }

  /** Nobody else checks the structure of configuration files. */
  #newRules(files: WorkspaceFiles, given: RuleSettings = {}): RuledInput['fileRules'] {
    const rules = this.#options.rules();
    const configured = (uri: string): ConfiguredPath | undefined => files.configurationOf(uri);
    const all = new FileRules(rules, given, configured);
    if (this.#options.checksStructure()) return all;
    const others = new FileRules(mergeRules(structureOff, rules), given, configured);
    return { of: (uri) => (isConfigurationFile(uri) ? all : others).of(uri) };
  }

  get #connections(): Connections {
    return this.#options.clusters.connections;
  }

  /** Objects that came with a question instead of from the workspace, and the cluster that it names. */
  async #given({ files, resources, mesh, context, configuration }: ClusterInputs): Promise<Given> {
    const named = context === undefined ? undefined : [this.#options.clusters.connection(context)];
    const isGiven = files !== undefined || resources !== undefined;
    // Files that were given stand alone, unless a cluster is named to put them on.
    const connections = named ?? (isGiven ? [] : this.#connections);
    const cluster = connections[0]?.meshSettings;
    const settingsOver = (own: MeshSettings): ResolvedMeshSettings =>
      resolveMeshSettings({ ...cluster, ...own, ...mesh });
    if (!isGiven) {
      const settings = mesh || named ? settingsOver(this.ownSettings) : this.settings;
      return { files: this.#options.workspace, settings, connections, isGiven };
    }
    const own = this.#options.settings();
    const configured = configuration === undefined ? undefined : await NamedConfiguration.at(configuration);
    const given = new WorkspaceFiles({
      defaultNamespace: resolveMeshSettings({ ...cluster, ...own }).defaultNamespace,
      ...(mesh?.defaultNamespace !== undefined && { namespace: mesh.defaultNamespace }),
      ...(configured && { configuration: configured }),
    });
    if (files) {
      const read = await readFiles(files, { blocks: this.#options.isAlone === true });
      const fatal = read.problems.find(({ isFatal }) => isFatal);
      if (fatal) throw new UnreadableInput(fatal.message);
      for (const { uri, text } of read.files) given.setDisk(uri, text);
    }
    for (const { uri, text } of resources ?? []) given.setDisk(uri, text);
    const settings = settingsOver({ ...own, ...given.mesh });
    return { files: given, settings, connections, isGiven, ...(configured && { configuration: configured }) };
  }

  #baseObjects(): readonly MeshObject[] {
    const registered = this.#registeredObjects();
    // The first connected counts first: of equal names within a layer the first is taken.
    const clusters = this.#connections.map(({ snapshot }) => snapshot);
    return this.#base.get([registered, ...clusters.flatMap(policyParts)], () => [
      ...clusters.flatMap((snapshot) => [...policyObjects(snapshot)]),
      ...registered,
    ]);
  }

  /** The same list while its objects are equal. */
  #registeredObjects(): readonly MeshObject[] {
    const registered = this.#options.registered();
    if (registered !== this.#registered && !isDeepStrictEqual(registered, this.#registered))
      this.#registered = registered;
    return this.#registered;
  }
}

/** Lowest first: of equal names the cluster that was connected first counts. */
function stackOf(connections: Connections): readonly Snapshot[] {
  return connections.map(({ snapshot }) => snapshot).reverse();
}

/** Of several clusters any may have what another has not. */
function completeKindsOf([first, ...others]: Connections): ReadonlySet<KindKey> {
  const shared = first?.completeKinds.filter((kind) =>
    others.every(({ completeKinds }) => completeKinds.includes(kind)),
  );
  return new Set(shared);
}

/** Adds what could not be decided, in files where that is asked for. */
function withUndecided(result: AnalyzeResult, input: RuledInput, snapshot: () => Snapshot): AnalyzeResult {
  const severityIn = (uri: string): Severity | undefined => {
    const settings = input.fileRules.of(uri).settingsFor(undefined);
    return configuredSeverity(undecidedReference, undecidedReference.severity, settings);
  };
  if (![...input.files.files()].some(({ uri }) => severityIn(uri) !== undefined)) return result;
  const undecided = undecidedReferences(input.files, snapshot(), input.settings, result.diagnostics).flatMap((each) => {
    const severity = severityIn(each.uri);
    return severity === undefined ? [] : [{ ...each, severity }];
  });
  return { ...result, diagnostics: [...result.diagnostics, ...undecided].sort(byPlace) };
}

async function inPieces(
  steps: Generator<undefined, AnalyzeResult>,
  signal: AbortSignal | undefined,
): Promise<AnalyzeResult> {
  let result: AnalyzeResult | undefined;
  await sharedSlices.run(() => {
    signal?.throwIfAborted();
    const step = steps.next();
    if (step.done === true) result = step.value;
    return step.done === true;
  });
  if (!result) throw new Error('An analysis ended without a result');
  return result;
}
