import { randomBytes } from 'node:crypto';
import path from 'node:path';
import type {
  EngineSettings,
  LogLine,
  ServiceTarget,
  TestRequest,
  TestResponse,
} from '../../shared/engine-protocol.ts';
import type { LocalMeshStatus, MeshPhase } from '../../shared/local-mesh.ts';
import type { ResolvedMeshSettings } from '../../shared/mesh-settings.ts';
import type { RouteDecision } from '../../shared/route-decision.ts';
import type { SourceRef } from '../../shared/resource.ts';
import type { Call } from '../../shared/call.ts';
import type { DocumentFile } from '../policy/documents/document-file.ts';
import type { EndpointDirectory } from '../model/endpoints.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { routeCall } from '../policy/semantics/routing/route-call.ts';
import type { DesiredStateFile } from './desired-state.ts';
import type { MeshInstance } from './mesh-instance.ts';
import { laptop } from './mesh-instances.ts';
import { MeshError, MeshRun } from './mesh-run.ts';
import type { MeshTelemetry } from '../telemetry/mesh-telemetry.ts';
import type { MeshFile } from './mesh-files.ts';
import { meshFilesOf } from './mesh-files.ts';
import { sendTestRequest } from './test-request.ts';

export interface LocalMeshOptions {
  readonly telemetry: MeshTelemetry;
  readonly settings: () => ResolvedMeshSettings;
  readonly ports: () => EngineSettings['ports'];
  readonly state: DesiredStateFile;
  /** Commands of workspace files may be run. */
  readonly isTrusted: () => boolean;
  readonly savedFiles: () => readonly DocumentFile[];
  readonly locate: (ref: SourceRef) => SourceRef;
  readonly onLog: (lines: readonly LogLine[]) => void;
  readonly onStatus: (status: LocalMeshStatus) => void;
  /** Traffic was measured a moment after routes changed. */
  readonly onRoutesMeasured: () => void;
}

const emptyStatus: LocalMeshStatus = {
  name: '',
  phase: 'stopped',
  services: [],
  workloads: [],
  endpoints: { gateways: {} },
};

/** How long a start may take before what is still starting is left to itself. */
const startPatience = 60_000;

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** The local mesh of the workspace, running or not. */
export class LocalMesh {
  readonly #options: LocalMeshOptions;
  #phase: MeshPhase = 'stopped';
  #message: string | undefined;
  #run: MeshRun | undefined;
  #file: MeshFile | undefined;
  /** Start, stop and changes of the file, one after the other. */
  #work: Promise<unknown> = Promise.resolve();
  #starting: AbortController | undefined;
  #notifying = false;

  constructor(options: LocalMeshOptions) {
    this.#options = options;
  }

  get status(): LocalMeshStatus {
    if (this.#run) return this.#run.status(this.#phase, this.#message);
    const declared = this.#file ?? meshFilesOf(this.#options.savedFiles())[0];
    return {
      ...emptyStatus,
      phase: this.#phase,
      ...(declared ? { name: declared.spec?.name ?? path.basename(declared.file), file: declared.file } : {}),
      ...(this.#message === undefined ? {} : { message: this.#message }),
    };
  }

  /** What runs, for questions about it; undefined while nothing does. */
  get running():
    | {
        readonly snapshot: Snapshot;
        readonly endpoints: EndpointDirectory;
        readonly instances: readonly MeshInstance[];
      }
    | undefined {
    return (
      this.#run && {
        snapshot: this.#run.policies.snapshot,
        endpoints: this.#run.endpoints,
        instances: this.#run.instances,
      }
    );
  }

  /** Objects that registered over the API. */
  get registeredObjects(): MeshRun['catalogObjects'] {
    return this.#run?.catalogObjects ?? [];
  }

  /** Starts the mesh of a file, or the only one there is. What keeps it from starting is in the status. */
  start(file?: string): Promise<LocalMeshStatus> {
    return this.#inTurn(() => this.#start(file));
  }

  stop(): Promise<LocalMeshStatus> {
    this.#starting?.abort();
    return this.#inTurn(async () => {
      await this.#options.state.update({ running: false, stopped: [] });
      await this.#end('stopped');
    });
  }

  /** @throws {MeshError} where there is no such service, or no mesh. */
  async control(action: 'start' | 'stop' | 'restart', { name }: ServiceTarget): Promise<LocalMeshStatus> {
    const run = this.#required();
    await run.control(action, name);
    await this.#options.state.update({ stopped: run.stoppedInstances });
    return this.status;
  }

  /** Saved files changed. */
  async filesChanged(): Promise<void> {
    if (!this.#run) {
      this.#changed();
      return;
    }
    await this.#inTurn(async () => {
      const run = this.#run;
      const before = this.#file;
      if (!run || !before) return;
      const now = meshFilesOf(this.#options.savedFiles()).find(({ uri }) => uri === before.uri);
      this.#message = undefined;
      if (now && !now.spec)
        this.#message = `${path.basename(now.file)} is wrong and was not applied: ${now.problems[0]?.message ?? 'it cannot be read'}`;
      else if (now?.spec && JSON.stringify(now.spec) !== JSON.stringify(before.spec)) {
        this.#file = now;
        await run
          .redeclare({ spec: now.spec, uri: now.uri })
          .catch((error: unknown) => (this.#message = messageOf(error)));
      }
      await run.policiesChanged();
    });
  }

  /** @throws {MeshError} where nothing runs or nobody can send it, and whatever keeps the proxy from answering. */
  async request(request: TestRequest, signal?: AbortSignal): Promise<TestResponse> {
    const run = this.#required();
    const sender = run.senderOf(request.from ?? laptop);
    if (!sender) throw new MeshError(`There is no workload "${request.from ?? laptop}" that could send the request.`);
    const response = await sendTestRequest(sender, request, signal);
    const decision = this.#decide(run, sender.instance, request);
    await run.flush();
    const spans = this.#options.telemetry.traces.trace(response.traceId)?.allSpans ?? [];
    const own = spans.find(({ kind, instance }) => kind === 'client' && instance === sender.instance.id);
    const answered = own?.attributes['peer.instance'];
    return {
      ...response,
      decision,
      ...(typeof answered === 'string' && answered !== '' ? { instance: answered } : {}),
    };
  }

  /** @throws {MeshError} where nothing runs, or there is no such workload. */
  environment(workload = laptop): Readonly<Record<string, string>> {
    const environment = this.#required().environmentOf(workload);
    if (!environment) throw new MeshError(`There is no workload "${workload}" whose environment could be copied.`);
    return environment;
  }

  /** Ends the mesh; what was desired stays so, for the next engine. */
  async dispose(): Promise<void> {
    this.#starting?.abort();
    await this.#inTurn(async () => {
      await this.#options.state.update({ endedAt: Date.now() });
      await this.#end('stopped');
    });
  }

  #decide(run: MeshRun, { gateway, namespace, labels, workload }: MeshInstance, request: TestRequest): RouteDecision {
    const call: Call = {
      ...(gateway
        ? { gateway: { namespace, labels, port: gateway.routePort } }
        : { source: { namespace, workload, labels, meshed: true } }),
      host: request.host,
      port: request.port ?? 80,
      protocol: 'http',
      method: request.method,
      path: request.path,
      headers: request.headers,
    };
    return routeCall({
      snapshot: run.policies.snapshot,
      endpoints: run.endpoints,
      settings: this.#options.settings(),
      call,
      locate: this.#options.locate,
    });
  }

  async #start(file: string | undefined): Promise<void> {
    if (this.#run) return;
    const mesh = this.#choose(file);
    if (!mesh) return;
    this.#file = mesh;
    const { state } = this.#options;
    const token = state.current.registryToken ?? randomBytes(24).toString('base64url');
    const { current } = state;
    const isSame = current.file === mesh.file;
    await state.update({ running: true, file: mesh.file, registryToken: token });
    this.#set('starting', `Starting ${mesh.spec.name} …`);
    this.#starting = new AbortController();
    const patience = AbortSignal.timeout(startPatience);
    try {
      this.#run = await MeshRun.start(
        { spec: mesh.spec, uri: mesh.uri },
        {
          file: mesh.file,
          telemetry: this.#options.telemetry,
          settings: this.#options.settings(),
          ports: this.#options.ports(),
          lastPorts: current.ports,
          registryToken: token,
          stopped: new Set(isSame ? current.stopped : []),
          ...(isSame && current.registrations !== undefined ? { registrations: current.registrations } : {}),
          savedFiles: this.#options.savedFiles,
          locate: this.#options.locate,
          onLog: this.#options.onLog,
          onChange: () => this.#changed(),
          onRoutesMeasured: this.#options.onRoutesMeasured,
          onRegistrations: (registrations) => void state.update({ registrations }),
          onRun: (run) => (this.#run = run),
        },
        AbortSignal.any([this.#starting.signal, patience]),
      );
      await state.update({ ports: this.#run.ports ?? current.ports });
      this.#options.telemetry.events.add({
        kind: 'mesh-started',
        severity: 'info',
        message: `The local mesh ${mesh.spec.name} runs.`,
      });
      this.#set('running', undefined);
    } catch (error) {
      this.#run = undefined;
      if (this.#starting.signal.aborted) this.#set('stopped', undefined);
      else
        this.#set(
          'failed',
          patience.aborted
            ? 'The mesh did not come up within a minute. The logs of its services say why.'
            : messageOf(error),
        );
    } finally {
      this.#starting = undefined;
    }
  }

  /** The file to run; without one, the phase says why. */
  #choose(file: string | undefined): (MeshFile & { readonly spec: NonNullable<MeshFile['spec']> }) | undefined {
    if (!this.#options.isTrusted()) {
      this.#set(
        'failed',
        'This workspace is not trusted: commands of its files are not run. Trust it, then start the mesh again.',
      );
      return undefined;
    }
    const files = meshFilesOf(this.#options.savedFiles());
    const found =
      file === undefined ? files[0] : files.find((candidate) => path.resolve(candidate.file) === path.resolve(file));
    if (!found) {
      this.#set(
        'failed',
        file === undefined
          ? 'There is no LocalMesh file in the workspace. Create a meshlens.yaml that declares your services.'
          : `${file} declares no LocalMesh.`,
      );
      return undefined;
    }
    const { spec } = found;
    if (!spec) {
      this.#set(
        'failed',
        `${path.basename(found.file)} is wrong: ${found.problems[0]?.message ?? 'it cannot be read'}`,
      );
      return undefined;
    }
    return { ...found, spec };
  }

  async #end(phase: MeshPhase): Promise<void> {
    const run = this.#run;
    if (run) {
      this.#set('stopping', undefined);
      await run.close();
      this.#run = undefined;
      this.#options.telemetry.events.add({
        kind: 'mesh-stopped',
        severity: 'info',
        message: 'The local mesh was stopped.',
      });
    }
    this.#set(phase, undefined);
  }

  #required(): MeshRun {
    if (!this.#run)
      throw new MeshError('The local mesh is not running. Start it first ("Meshlens: Start local mesh").');
    return this.#run;
  }

  async #inTurn(work: () => Promise<void>): Promise<LocalMeshStatus> {
    const turn = this.#work.then(work);
    this.#work = turn.catch(() => undefined);
    await turn;
    return this.status;
  }

  #set(phase: MeshPhase, message: string | undefined): void {
    this.#phase = phase;
    this.#message = message;
    this.#changed();
  }

  /** Many things change in one moment; one status tells of them all. */
  #changed(): void {
    if (this.#notifying) return;
    this.#notifying = true;
    setTimeout(() => {
      this.#notifying = false;
      this.#options.onStatus(this.status);
    }, 20);
  }
}
