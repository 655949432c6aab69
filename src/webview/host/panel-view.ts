import type { PanelState } from '../../shared/panel-protocol.ts';
import { panelProtocolVersion } from '../../shared/panel-protocol.ts';
import type { GraphType } from '../../shared/topology.ts';
import { windowFor } from '../view-model/traffic-window.ts';
import { omit } from '../view-model/omit.ts';

/** Switches of the display menu. */
export interface DisplayOptions {
  readonly chips: boolean;
  readonly idleEdges: boolean;
  readonly idleNodes: boolean;
  /** Calls that routes declare and no traffic has made true. */
  readonly declaredEdges: boolean;
  readonly minimap: boolean;
  readonly groupLarge: boolean;
  readonly flow: boolean;
}

/** What the person looks at and how: navigation and view, never data. */
export interface PanelView {
  readonly view: 'topology' | 'trace';
  readonly traceId?: string;
  readonly source: 'local' | 'cluster';
  /** Of clusters; none: all that are connected. */
  readonly contexts: readonly string[];
  readonly namespaces: readonly string[];
  readonly graphType: GraphType;
  readonly window: number;
  readonly selection?: string;
  readonly showList: boolean;
  readonly showLegend: boolean;
  readonly display: DisplayOptions;
  readonly opened: readonly string[];
  readonly find: string;
}

const defaultDisplay: DisplayOptions = {
  chips: true,
  idleEdges: true,
  idleNodes: true,
  declaredEdges: true,
  minimap: true,
  groupLarge: true,
  flow: false,
};

export const defaultView: PanelView = {
  view: 'topology',
  source: 'local',
  contexts: [],
  namespaces: [],
  graphType: 'versionedApp',
  window: 60,
  showList: false,
  showLegend: true,
  display: defaultDisplay,
  opened: [],
  find: '',
};

/** The view of a kept state; unknown switches are dropped. */
export function viewFromState(state: PanelState): PanelView {
  const known = Object.keys(defaultDisplay) as (keyof DisplayOptions)[];
  const display = Object.fromEntries(known.map((name) => [name, state.display?.[name] ?? defaultDisplay[name]]));
  return {
    view: state.view,
    ...(state.traceId === undefined ? {} : { traceId: state.traceId }),
    source: state.source,
    contexts: state.contexts,
    namespaces: state.namespaces,
    graphType: state.graphType,
    window: windowFor(state.source, state.window),
    ...(state.selection === undefined ? {} : { selection: state.selection }),
    showList: state.showList,
    showLegend: state.showLegend,
    display: display as unknown as DisplayOptions,
    opened: state.opened ?? [],
    find: '',
  };
}

/** Where the picture stands. */
export type KeptPicture = Pick<PanelState, 'positions' | 'provisional' | 'viewport' | 'fitted'>;

/** Where the picture of a kept state stood. */
export function keptOfState({ positions, provisional = [], viewport, fitted = false }: PanelState): KeptPicture {
  return { positions, provisional, ...(viewport === undefined ? {} : { viewport }), fitted };
}

/** The state to keep of a view and a picture. */
export function stateFromView(view: PanelView, picture: KeptPicture): PanelState {
  return {
    version: panelProtocolVersion,
    ...omit(view, 'find'),
    display: { ...view.display },
    ...picture,
  };
}
