/**
 * Measures the budgets beside named peers, in one run, and prints the table of the README.
 *   npm run bench [-- analyzer|data-plane|diagnostics|discovery|editor|engine|tunnels …]
 */
import process from 'node:process';
import { benchAnalyzer } from './analyzer.ts';
import { benchDataPlane } from './data-plane.ts';
import { benchDiagnostics } from './diagnostics.ts';
import { benchDiscovery } from './discovery.ts';
import { benchEditor } from './editor.ts';
import { benchEngine } from './engine.ts';
import { benchTable, type BenchRow } from './table.ts';
import { benchTunnels } from './tunnels.ts';

const parts: Readonly<Record<string, () => Promise<readonly BenchRow[]>>> = {
  editor: benchEditor,
  analyzer: benchAnalyzer,
  diagnostics: benchDiagnostics,
  engine: benchEngine,
  discovery: benchDiscovery,
  'data-plane': benchDataPlane,
  tunnels: benchTunnels,
};
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !Object.hasOwn(parts, name));
if (unknown.length > 0) {
  console.error(`There is no part ${unknown.join(', ')}. Parts: ${Object.keys(parts).join(', ')}.`);
  process.exit(2);
}
const rows: BenchRow[] = [];
for (const [name, run] of Object.entries(parts)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  console.error(`Measuring ${name} …`);
  try {
    rows.push(...(await run()));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    console.error(`Left out ${name}: ${reason}`);
    if (name === 'data-plane')
      console.error('The data plane is measured beside nginx with wrk: on Debian, apt-get install nginx-light wrk.');
  }
}
console.log(`\n${benchTable(rows)}\n`);
