import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import type { GraphType } from '../../shared/topology.ts';
import type { PanelData } from '../host/panel-data.ts';
import type { DisplayOptions, PanelView } from '../host/panel-view.ts';
import type { FindResult } from '../view-model/find.ts';
import { chooseSource, sourceChoices, sourceKey } from '../view-model/mesh-source.ts';
import { windowText, windowsOf } from '../view-model/traffic-window.ts';
import { codicon } from './health-words.ts';
import type { Act } from './links.ts';
import { menu, menuItem } from './menu.ts';

export interface ToolbarInput {
  readonly data: PanelData;
  readonly view: PanelView;
  readonly namespaces: readonly string[];
  readonly found: FindResult | undefined;
  readonly live: { readonly text: string; readonly tone: 'healthy' | 'degraded' | 'failing' | 'idle' };
}

export interface ToolbarActions {
  readonly act: Act;
  readonly change: (change: Partial<PanelView>) => void;
  readonly findNext: (backwards: boolean) => void;
  readonly relayout: () => void;
  readonly exportAs: (format: 'png' | 'svg' | 'json') => void;
  readonly showTraces: () => void;
  readonly showHelp: () => void;
}

const graphTypeWords: readonly (readonly [GraphType, string])[] = [
  ['versionedApp', 'Versioned app'],
  ['app', 'App'],
  ['workload', 'Workload'],
  ['service', 'Service'],
];

const displayWords: readonly (readonly [keyof DisplayOptions, string])[] = [
  ['chips', 'Numbers on edges'],
  ['idleEdges', 'Idle edges'],
  ['idleNodes', 'Idle nodes without edges'],
  ['declaredEdges', 'Declared edges without traffic'],
  ['minimap', 'Minimap'],
  ['groupLarge', 'Group large meshes by namespace'],
  ['flow', 'Flow animation'],
];

/** The row above the picture. */
export function toolbar(input: ToolbarInput, actions: ToolbarActions): TemplateResult {
  const { data, view, live } = input;
  return html`<div class="toolbar" role="toolbar" aria-label="Topology">
    ${sourceSelect(input, actions)} ${data.of.source === 'local' ? localMenu(input, actions) : clusterMenu(actions)}
    ${namespaceMenu(input, actions)}
    ${select('Graph type', graphTypeWords, view.graphType, (graphType) => actions.change({ graphType }))}
    ${select('Time window', windowWords(view), view.window, (window) => actions.change({ window }))}
    ${findBox(input, actions)} ${menu('display-menu', 'Display', displayMenu(view, actions))}
    <button class="tool" title="Arrange everything anew" @click=${actions.relayout}>Layout</button>
    ${menu(
      'export-menu',
      'Export',
      html`${menuItem('Picture (PNG)', () => actions.exportAs('png'), 'file-media')}
      ${menuItem('Drawing (SVG)', () => actions.exportAs('svg'), 'file-code')}
      ${menuItem('Data (JSON)', () => actions.exportAs('json'), 'json')}`,
    )}
    ${
      // Clusters keep their traces elsewhere; who looks at those of the local mesh can go back.
      data.of.source === 'local' || view.view === 'trace'
        ? html`<button class="tool" @click=${actions.showTraces}>Traces</button>`
        : nothing
    }
    <span class="spacer"></span>
    <span class="live is-${live.tone}" data-live=${live.tone}
      >${codicon('circle-filled')} <span>${live.text}</span></span
    >
    <button
      class="tool icon"
      title="List beside the picture (l)"
      aria-label="List beside the picture"
      aria-pressed=${view.showList}
      @click=${() => actions.change({ showList: !view.showList })}
    >
      ${codicon('list-tree')}
    </button>
    <button class="tool icon" title="Keyboard (?)" aria-label="Keyboard" @click=${actions.showHelp}>
      ${codicon('question')}
    </button>
  </div>`;
}

/** Only where there is a choice: without clusters nothing changes for who runs a local mesh. */
function sourceSelect({ data, view }: ToolbarInput, { change }: ToolbarActions): TemplateResult | typeof nothing {
  const choices = sourceChoices({ ...data, of: view });
  if (choices.length < 2) return nothing;
  const options = choices.map(({ key, text }) => [key, text] as const);
  return html`<span data-source-choice=${sourceKey(view)}
    >${select('Source of the topology', options, sourceKey(view), (key) => {
      const choice = choices.find((one) => one.key === key);
      if (choice) change(chooseSource(view, choice.of));
    })}</span
  >`;
}

function localMenu({ data }: ToolbarInput, { act }: ToolbarActions): TemplateResult {
  const running = data.status?.phase === 'running' || data.status?.phase === 'starting';
  return menu(
    'mesh-menu',
    data.status?.name ?? 'Local mesh',
    html`${
      running
        ? menuItem('Stop local mesh', () => act({ action: 'stop-mesh' }), 'debug-stop')
        : menuItem('Start local mesh', () => act({ action: 'start-mesh' }), 'play')
    }
    ${menuItem('Show events', () => act({ action: 'open-events' }), 'history')}
    ${menuItem('Show engine log', () => act({ action: 'show-log' }), 'output')}`,
  );
}

function clusterMenu({ act }: ToolbarActions): TemplateResult {
  return menu(
    'mesh-menu',
    'Actions',
    html`${menuItem('Show clusters', () => act({ action: 'show-clusters' }), 'server-environment')}
    ${menuItem('Set the address of Prometheus', () => act({ action: 'open-metrics-settings' }), 'settings-gear')}
    ${menuItem('Show engine log', () => act({ action: 'show-log' }), 'output')}`,
  );
}

/** A window that was chosen elsewhere, by a setting, is offered too. */
function windowWords({ source, window }: PanelView): readonly (readonly [number, string])[] {
  const known = windowsOf(source);
  const all = known.includes(window) ? known : [...known, window].sort((a, b) => a - b);
  return all.map((seconds) => [seconds, windowText(seconds)]);
}

function select<T extends string | number>(
  label: string,
  options: readonly (readonly [T, string])[],
  value: T,
  onChange: (value: T) => void,
): TemplateResult {
  return html`<span class="select"
    ><select
      class="tool"
      aria-label=${label}
      title=${label}
      @change=${(event: Event) => {
        const index = event.target instanceof HTMLSelectElement ? event.target.selectedIndex : -1;
        const chosen = options[index];
        if (chosen !== undefined) onChange(chosen[0]);
      }}
    >
      ${options.map(([key, words]) => html`<option value=${key} ?selected=${key === value}>${words}</option>`)}</select
    >${codicon('chevron-down')}</span
  >`;
}

function namespaceMenu({ view, namespaces }: ToolbarInput, { change }: ToolbarActions): TemplateResult {
  const chosen = view.namespaces;
  const [first] = chosen;
  const label =
    first === undefined ? 'All namespaces' : chosen.length === 1 ? first : `${String(chosen.length)} namespaces`;
  const toggle = (namespace: string): void => {
    const next = chosen.includes(namespace)
      ? chosen.filter((other) => other !== namespace)
      : [...chosen, namespace].sort();
    change({ namespaces: next });
  };
  return menu(
    'namespace-menu',
    label,
    html`<vscode-checkbox
        label="All namespaces"
        ?checked=${chosen.length === 0}
        @change=${() => change({ namespaces: [] })}
      ></vscode-checkbox>
      ${namespaces.map(
        (namespace) =>
          html`<vscode-checkbox
            label=${namespace}
            .checked=${chosen.includes(namespace)}
            @change=${() => toggle(namespace)}
          ></vscode-checkbox>`,
      )}`,
  );
}

function displayMenu({ display, showLegend }: PanelView, { change }: ToolbarActions): TemplateResult {
  return html`${displayWords.map(
      ([name, words]) =>
        html`<vscode-checkbox
          label=${words}
          data-display=${name}
          .checked=${display[name]}
          @change=${() => change({ display: { ...display, [name]: !display[name] } })}
        ></vscode-checkbox>`,
    )}<vscode-checkbox
      label="Legend"
      .checked=${showLegend}
      @change=${() => change({ showLegend: !showLegend })}
    ></vscode-checkbox>`;
}

function findBox({ view, found }: ToolbarInput, { change, findNext }: ToolbarActions): TemplateResult {
  const count = found === undefined ? 0 : found.nodes.size + found.edges.size;
  const words = found === undefined ? '' : (found.problem ?? (count === 0 ? 'nothing' : `${String(count)} found`));
  return html`<span class="find" role="search">
    ${codicon('search')}
    <input
      id="find"
      type="search"
      placeholder="Find: reviews, errors > 1 %"
      aria-label="Find in the graph"
      aria-describedby="find-result"
      spellcheck="false"
      .value=${view.find}
      @input=${(event: Event) => {
        if (event.target instanceof HTMLInputElement) change({ find: event.target.value });
      }}
      @keydown=${(event: KeyboardEvent) => {
        if (event.key !== 'Enter') return;
        event.preventDefault();
        findNext(event.shiftKey);
      }}
    />
    <span
      id="find-result"
      class="find-result ${found?.problem === undefined ? '' : 'is-degraded'}"
      role="status"
      title=${words}
      >${words}</span
    >
  </span>`;
}
