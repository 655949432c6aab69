export type BannerAction = 'start-mesh' | 'show-log' | 'retry' | 'show-clusters' | 'open-metrics-settings';

/** A line above the picture while something is not as it should be. */
export interface Banner {
  readonly kind: 'info' | 'warning' | 'error';
  readonly text: string;
  readonly action?: BannerAction;
  /** Beside `action`. */
  readonly other?: BannerAction;
}

/** What fills the panel: the picture, or one of the screens that stand for it. */
export type PanelCondition =
  | { readonly screen: 'loading'; readonly text: string }
  | { readonly screen: 'empty' }
  /** Nothing to draw of a cluster: why, and what can be done. */
  | { readonly screen: 'cluster'; readonly title: string; readonly text: string; readonly action: BannerAction }
  | { readonly screen: 'error'; readonly title: string; readonly text: string; readonly action: BannerAction }
  | { readonly screen: 'graph'; readonly banners: readonly Banner[]; readonly stale: boolean };
