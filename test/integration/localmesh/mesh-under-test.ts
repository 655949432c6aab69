/** A LocalMesh in a folder of its own, run by an engine in this process. */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { Engine, standaloneInitialization } from '../../../src/engine/engine.ts';
import type { TestRequest, TestResponse } from '../../../src/shared/engine-protocol.ts';
import type { LocalMeshStatus, LocalWorkload } from '../../../src/shared/local-mesh.ts';
import type { MeshEvent } from '../../../src/shared/mesh-event.ts';

const fixtures = path.resolve(import.meta.dirname, '../../fixtures/services');

/** `run:` of a program in test/fixtures/services. */
export const fixture = (name: string): string => `node ${JSON.stringify(path.join(fixtures, name))}`;

type Question = Pick<TestRequest, 'host'> & Partial<TestRequest>;

export class MeshUnderTest {
  readonly folder: string;
  readonly events: MeshEvent[] = [];
  #engine: Engine;

  private constructor(folder: string) {
    this.folder = folder;
    this.#engine = this.#createEngine();
  }

  /** Writes the files (`name → text`) into a new folder and starts the mesh they declare. */
  static async start(files: Readonly<Record<string, string>>): Promise<MeshUnderTest> {
    const folder = await mkdtemp(path.join(tmpdir(), 'meshlens-localmesh-'));
    for (const [name, text] of Object.entries(files)) await writeFile(path.join(folder, name), text);
    await mkdir(path.join(folder, '.storage'));
    const mesh = new MeshUnderTest(folder);
    try {
      await mesh.engine.openFolder(folder);
      const status = await mesh.engine.request('mesh/local/start', {});
      assert.equal(status.phase, 'running', status.message);
    } catch (error) {
      await mesh.dispose();
      throw error;
    }
    return mesh;
  }

  get engine(): Engine {
    return this.#engine;
  }

  status(): Promise<LocalMeshStatus> {
    return this.#engine.request('mesh/local/status', {});
  }

  async workload(name: string): Promise<LocalWorkload | undefined> {
    return (await this.status()).workloads.find((workload) => workload.name === name);
  }

  /** Sends one request, by default `GET /`. */
  send(question: Question): Promise<TestResponse> {
    return this.#engine.request('mesh/request', { method: 'GET', path: '/', headers: {}, ...question });
  }

  environment(workload: string): Promise<Readonly<Record<string, string>>> {
    return this.#engine.request('mesh/proxyEnvironment', { workload });
  }

  /** Saves a file of the folder, as an editor does. */
  async save(name: string, text: string): Promise<void> {
    const file = path.join(this.folder, name);
    await writeFile(file, text);
    await this.#engine.fileChanged(pathToFileURL(file).href);
  }

  /** Ends the engine in order and lets a new one go on with what this one left. */
  async restartEngine(): Promise<void> {
    await this.#engine.dispose();
    this.#engine = this.#createEngine();
    await this.#engine.openFolder(this.folder);
    await this.#engine.resume();
  }

  async dispose(): Promise<void> {
    await this.#engine.dispose();
    await rm(this.folder, { recursive: true, force: true });
  }

  #createEngine(): Engine {
    const engine = new Engine({ ...standaloneInitialization, storage: path.join(this.folder, '.storage') });
    engine.onNotification((method, payload) => {
      if (method === 'mesh/event') this.events.push(payload);
    });
    return engine;
  }
}
