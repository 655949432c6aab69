import type { StylesheetJson } from 'cytoscape';
import type { Theme } from './theme.ts';

/**
 * The style of cytoscape's part of the picture: edges, and nodes that are only there to be hit. Cards, chips and frames
 * are painted by our own layers. `dense` graphs have paler lines, `straight` ones, with very many edges, no curves.
 */
export function graphStyle(
  theme: Theme,
  { dense, straight }: { readonly dense: boolean; readonly straight: boolean },
): StylesheetJson {
  const curve = straight
    ? { 'curve-style': 'haystack', 'haystack-radius': 0 }
    : {
        'curve-style': 'unbundled-bezier',
        'edge-distances': 'endpoints',
        'source-endpoint': '50% 0',
        'target-endpoint': '-50% 0',
        'control-point-distances': 'data(distances)',
        'control-point-weights': 'data(weights)',
        'target-arrow-shape': 'triangle',
        'arrow-scale': 0.9,
      };
  const coloured = (colour: string): Record<string, unknown> => ({
    'line-color': colour,
    'target-arrow-color': colour,
  });
  return [
    {
      selector: 'core',
      style: { 'active-bg-opacity': 0, 'selection-box-opacity': 0 },
    },
    {
      selector: 'node',
      style: {
        shape: 'rectangle',
        width: 'data(width)',
        height: 'data(height)',
        'background-opacity': 0,
        'border-width': 0,
        'overlay-opacity': 0,
      },
    },
    {
      selector: 'edge',
      style: {
        ...curve,
        width: 'data(width)',
        'overlay-opacity': 0,
        opacity: dense && !theme.highContrast ? 0.4 : 1,
        ...coloured(theme.edge),
      },
    },
    { selector: 'edge.idle', style: { 'line-style': 'dashed', 'line-dash-pattern': [5, 4], ...coloured(theme.idle) } },
    {
      selector: 'edge.declared',
      style: { 'line-style': 'dashed', 'line-dash-pattern': [1.5, 3.5], ...coloured(theme.idle) },
    },
    { selector: 'edge.degraded', style: { opacity: 1, ...coloured(theme.degraded), ...dash(theme, [12, 3, 3, 3]) } },
    { selector: 'edge.failing', style: { opacity: 1, ...coloured(theme.failing), ...dash(theme, [3, 3]) } },
    {
      selector: 'edge.preview',
      style: { 'line-style': 'dashed', 'line-dash-pattern': [4, 3], ...coloured(theme.preview) },
    },
    {
      selector: 'edge.selected',
      style: { 'underlay-color': theme.selection, 'underlay-opacity': 0.6, 'underlay-padding': 3, 'z-index': 10 },
    },
    { selector: 'edge.bright', style: { opacity: 1 } },
    { selector: 'edge.dim', style: { opacity: dense ? 0.06 : 0.2 } },
  ] as StylesheetJson;
}

/** In high contrast a dash pattern says what a colour says elsewhere. */
function dash(theme: Theme, pattern: readonly number[]): Record<string, unknown> {
  return theme.highContrast ? { 'line-style': 'dashed', 'line-dash-pattern': pattern } : {};
}
