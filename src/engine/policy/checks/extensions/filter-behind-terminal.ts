import { Kinds } from '../../../model/kinds.ts';
import { currentFilterName } from '../admission/extensions/filter-names.ts';
import type { ObjectCheck } from '../check.ts';
import type { PatchView } from './envoy-filter-view.ts';
import { patchesOf } from './envoy-filter-view.ts';

/** Filters that end their chain: Envoy refuses a chain that goes on behind them. */
const terminals: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ['HTTP_FILTER', new Set(['envoy.filters.http.router'])],
  [
    'NETWORK_FILTER',
    new Set([
      'envoy.filters.network.http_connection_manager',
      'envoy.filters.network.tcp_proxy',
      'envoy.filters.network.redis_proxy',
    ]),
  ],
]);

export const filterBehindTerminal: ObjectCheck = {
  scope: 'object',
  code: 'MESH1807',
  rule: 'filter-behind-terminal',
  aliases: [],
  severity: 'error',
  summary: 'A patch puts a filter behind the one that ends the chain, so Envoy refuses the whole listener.',
  subject: Kinds.envoyFilter,
  inputs: [],
  run(context) {
    const { subject } = context;
    const patches = patchesOf(subject);
    for (const patch of patches) {
      const path = [...patch.path, 'patch', 'operation'];
      if (isRebuilt(patches, patch) || !isBehindTerminal(patch)) continue;
      const last = patch.applyTo === 'HTTP_FILTER' ? 'the router' : 'the filter that takes the connection';
      const isBeside = patch.anchor !== undefined && patch.operation === 'INSERT_AFTER';
      const value = isBeside ? 'INSERT_BEFORE' : 'INSERT_FIRST';
      context.report(subject, path, {
        message: `${patch.operation} puts this filter behind ${last}, which must be the last: Envoy refuses such a listener. Use INSERT_BEFORE or INSERT_FIRST.`,
        part: 'value',
        fixes: [
          {
            title: `Replace with \`${value}\``,
            isPreferred: isBeside,
            changes: [{ type: 'replace-value', object: subject, path, value }],
          },
        ],
      });
    }
  },
};

/** What ADD puts in, and INSERT_AFTER without a filter to be after, comes last. */
function isBehindTerminal({ applyTo, operation, anchor, context, hasFilterClass }: PatchView): boolean {
  const ends = terminals.get(applyTo);
  if (!ends || context === 'WAYPOINT') return false;
  if (operation === 'ADD') return !hasFilterClass;
  if (operation !== 'INSERT_AFTER') return false;
  return anchor === undefined || ends.has(currentFilterName(anchor) ?? anchor);
}

/** Who takes filters out, or adds chains, may put in an end of his own. */
function isRebuilt(patches: readonly PatchView[], { applyTo }: PatchView): boolean {
  return patches.some(
    (each) =>
      (each.operation === 'REMOVE' && each.applyTo === applyTo) ||
      (each.operation === 'ADD' && (each.applyTo === 'LISTENER' || each.applyTo === 'FILTER_CHAIN')),
  );
}
