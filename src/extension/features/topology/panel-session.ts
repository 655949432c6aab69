import { randomBytes } from 'node:crypto';
import { env, EventEmitter, l10n, Uri, type WebviewPanel } from 'vscode';
import type { TopologyParams } from '../../../shared/engine-protocol.ts';
import { panelHtml } from '../../../shared/panel-page.ts';
import {
  panelProtocolVersion,
  type HostToPanel,
  type PanelAction,
  type PanelRequests,
  type PanelShow,
  type PanelState,
  type PanelToHost,
} from '../../../shared/panel-protocol.ts';
import { DisposableList, type Disposable } from '../../disposables.ts';
import type { Services } from '../../services.ts';
import { parsePanelMessage } from './panel-messages.ts';
import { PanelClusters } from './panel-clusters.ts';

type PanelRequest = Extract<PanelToHost, { type: 'request' }>;

/** One panel and its conversation: questions answered, changes passed on, actions handed to `act`. */
export class PanelSession implements Disposable {
  readonly #services: Services;
  readonly #panel: WebviewPanel;
  readonly #act: (action: PanelAction) => Promise<void>;
  readonly #owned = new DisposableList();
  readonly #ends = new EventEmitter<void>();
  /** Given to the first page only: later pages of this panel find their own state in the webview. */
  #firstState: PanelState | undefined;
  #target: PanelShow | undefined;
  readonly #clusters: PanelClusters;
  #isReady = false;

  readonly onDidEnd = this.#ends.event;

  constructor(services: Services, panel: WebviewPanel, state: PanelState, act: (action: PanelAction) => Promise<void>) {
    this.#services = services;
    this.#panel = panel;
    this.#firstState = state;
    this.#act = act;
    const { engine, mesh, events, topology } = services;
    this.#owned.add(panel.webview.onDidReceiveMessage((message: unknown) => void this.#receive(message)));
    this.#owned.add(panel.onDidChangeViewState(() => this.#visibilityChanged()));
    this.#owned.add(engine.onDidChangeState(() => this.#postEngine()));
    this.#owned.add(mesh.onDidChange((status) => status && this.#post({ type: 'status', status })));
    this.#owned.add(events.onDidChange((event) => event && this.#post({ type: 'event', event })));
    this.#clusters = this.#owned.add(
      new PanelClusters(engine, (clusters) => this.#post({ type: 'clusters', clusters })),
    );
    this.#owned.add(topology.onDelta((delta) => this.#post({ type: 'topology', delta })));
    this.#owned.add(
      panel.onDidDispose(() => {
        this.#ends.fire();
        this.dispose();
      }),
    );
    this.#load();
  }

  /** Brings the panel to the front and shows the target. */
  show(target: PanelShow, preserveFocus: boolean): void {
    const isAsked = Object.values(target).some((value) => value !== undefined);
    if (isAsked && this.#isReady) this.#post({ type: 'show', ...target });
    else if (isAsked) this.#target = target;
    this.#panel.reveal(undefined, preserveFocus);
  }

  dispose(): void {
    this.#owned.dispose();
    this.#ends.dispose();
    this.#services.topology.release();
    this.#panel.dispose();
  }

  #load(): void {
    this.#isReady = false;
    const { webview } = this.#panel;
    const folder = Uri.joinPath(this.#services.context.extensionUri, 'dist', 'webview');
    webview.options = { enableScripts: true, localResourceRoots: [folder] };
    const file = (name: string): string => webview.asWebviewUri(Uri.joinPath(folder, name)).toString();
    webview.html = panelHtml({
      nonce: randomBytes(18).toString('base64'),
      cspSource: webview.cspSource,
      scriptUri: file('panel.js'),
      styleUri: file('panel.css'),
      codiconUri: file('codicon.css'),
      layoutWorkerUri: file('layout.worker.js'),
      locale: env.language,
    });
  }

  /** A hidden panel has no page: nobody would read its deltas, and a new page will say `ready` again. */
  #visibilityChanged(): void {
    if (this.#panel.visible) return;
    this.#isReady = false;
    this.#services.topology.release();
  }

  async #receive(raw: unknown): Promise<void> {
    const message = parsePanelMessage(raw);
    if (message === undefined) {
      this.#services.log.warn('The topology panel sent a message outside of the protocol.');
      this.#refuse(raw);
      return;
    }
    switch (message.type) {
      case 'ready':
        this.#ready(message.version);
        return;
      case 'request':
        return this.#answer(message);
      case 'action':
        return this.#act(message.action);
      case 'error':
        this.#services.log.error(`Topology panel: ${message.message}`);
    }
  }

  #ready(version: number): void {
    if (version !== panelProtocolVersion) {
      this.#load();
      return;
    }
    this.#isReady = true;
    const state = this.#firstState;
    const show = this.#target;
    this.#firstState = undefined;
    this.#target = undefined;
    this.#post({
      type: 'init',
      version: panelProtocolVersion,
      ...(state === undefined ? {} : { state }),
      ...(show === undefined ? {} : { show }),
    });
    this.#postEngine();
    const { status } = this.#services.mesh;
    if (status) this.#post({ type: 'status', status });
    void this.#clusters.tell();
  }

  async #answer(message: PanelRequest): Promise<void> {
    try {
      this.#post({ type: 'answer', id: message.id, result: await this.#ask(message) });
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      this.#services.log.warn(`Topology panel, ${message.method}: ${text}`);
      this.#post({ type: 'failure', id: message.id, message: text });
    }
  }

  #ask(message: PanelRequest): Promise<unknown> {
    const { engine, topology } = this.#services;
    switch (message.method) {
      case 'subscribe':
        return topology.subscribe(topologyParams(message.params));
      case 'series':
        return engine.request('mesh/series', message.params);
      case 'traces':
        return engine.request('mesh/traces', message.params);
      case 'trace':
        return engine.request('mesh/trace', message.params);
      case 'status':
        return engine.request('mesh/local/status', {});
      case 'events':
        return Promise.resolve(this.#services.events.events);
    }
  }

  /** Whoever waits for an answer gets one, even if we did not understand the question. */
  #refuse(raw: unknown): void {
    const id = typeof raw === 'object' && raw !== null && 'id' in raw ? raw.id : undefined;
    if (typeof id === 'number') this.#post({ type: 'failure', id, message: l10n.t('This question is not known.') });
  }

  #postEngine(): void {
    const { state, message } = this.#services.engine.state;
    this.#post({ type: 'engine', state, ...(message === undefined ? {} : { message }) });
  }

  #post(message: HostToPanel): void {
    if (this.#isReady) void this.#panel.webview.postMessage(message);
  }
}

/** No contexts: all that are connected. */
function topologyParams({ contexts, ...params }: PanelRequests['subscribe']['params']): TopologyParams {
  return contexts.length === 0 || params.source === 'local' ? params : { ...params, contexts };
}
