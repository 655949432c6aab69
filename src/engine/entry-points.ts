/**
 * Files the engine starts as threads or processes of their own. They stand beside the bundle when the engine runs from
 * `dist`, and in their rooms when it runs from source (tests).
 */
const entries = {
  'dataplane-worker': { bundled: './dataplane-worker.js', source: './dataplane/worker/main.ts' },
  'tunnel-worker': { bundled: './tunnel-worker.js', source: './dataplane/tunnels/worker/main.ts' },
  reaper: { bundled: './reaper.js', source: './discovery/registry/reaper.ts' },
} as const;

export function entryPoint(name: keyof typeof entries): URL {
  const runsFromSource = import.meta.url.endsWith('.ts');
  return new URL(runsFromSource ? entries[name].source : entries[name].bundled, import.meta.url);
}
