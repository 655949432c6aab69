import type { HostToPanel, PanelAction, PanelRequests, PanelState, PanelToHost } from '../../shared/panel-protocol.ts';
import { panelProtocolVersion } from '../../shared/panel-protocol.ts';
import { parseHostMessage, parsePanelState } from './host-messages.ts';

interface Pending {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** The API of the editor, as `acquireVsCodeApi()` gives it once a page. A seam: tests give their own. */
export interface EditorApi {
  readonly postMessage: (message: unknown) => void;
  readonly getState: () => unknown;
  readonly setState: (state: unknown) => unknown;
}

/** Talks to the extension: questions with exactly one answer, actions without, and what the extension tells by itself. */
export class HostConnection {
  readonly #api: EditorApi;
  readonly #pending = new Map<number, Pending>();
  readonly #onMessage: (message: HostToPanel) => void;
  readonly #listener: (event: MessageEvent<unknown>) => void;
  #lastId = 0;

  constructor(api: EditorApi, onMessage: (message: HostToPanel) => void) {
    this.#api = api;
    this.#onMessage = onMessage;
    this.#listener = ({ data }) => this.#receive(data);
    window.addEventListener('message', this.#listener);
  }

  /** Says that the page listens; the extension answers with `init`. */
  ready(): void {
    this.#post({ type: 'ready', version: panelProtocolVersion });
  }

  async request<K extends keyof PanelRequests>(
    method: K,
    params: PanelRequests[K]['params'],
  ): Promise<PanelRequests[K]['result']> {
    const id = ++this.#lastId;
    const answer = new Promise<unknown>((resolve, reject) => this.#pending.set(id, { resolve, reject }));
    this.#post({ type: 'request', id, method, params } as PanelToHost);
    // The extension is the other half of this bundle: answers are as typed, and shown only by setting text.
    return (await answer) as PanelRequests[K]['result'];
  }

  act(action: PanelAction): void {
    this.#post({ type: 'action', action });
  }

  reportError(message: string): void {
    this.#post({ type: 'error', message: message.slice(0, 2000) });
  }

  get savedState(): PanelState | undefined {
    return parsePanelState(this.#api.getState());
  }

  save(state: PanelState): void {
    this.#api.setState(state);
  }

  #post(message: PanelToHost): void {
    this.#api.postMessage(message);
  }

  #receive(data: unknown): void {
    const message = parseHostMessage(data);
    if (message === undefined) return;
    if (message.type !== 'answer' && message.type !== 'failure') {
      this.#onMessage(message);
      return;
    }
    const pending = this.#pending.get(message.id);
    this.#pending.delete(message.id);
    if (message.type === 'answer') pending?.resolve(message.result);
    else pending?.reject(new Error(message.message));
  }

  dispose(): void {
    window.removeEventListener('message', this.#listener);
    for (const { reject } of this.#pending.values()) reject(new Error('The panel was closed.'));
    this.#pending.clear();
  }
}
