import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { IncrementalAnalyzer } from '../../src/engine/policy/analyze.ts';
import { WorkspaceFiles } from '../../src/engine/discovery/workspace/workspace-files.ts';
import { resolveMeshSettings } from '../../src/shared/mesh-settings.ts';
import { istioctlProgram } from '../cluster/real-cluster.ts';
import { routeOf } from './engine.ts';
import { digits, median, type BenchRow } from './table.ts';

const root = path.resolve(import.meta.dirname, '../..');
/** Whatever kind of file there is a check for, and what people write: nothing is like the other. */
const fixtures = path.join(root, 'test/fixtures/checks');
const fileCount = 500;
/** A project like Bookinfo. */
const fewFiles = 5;
const rounds = 7;
const edits = 200;

/** From the start of a program to its end, in milliseconds. Both have another exit code where they find something. */
function duration(program: string, args: readonly string[]): Promise<number> {
  const started = performance.now();
  return new Promise((resolve, reject) => {
    execFile(program, args, { maxBuffer: 256e6 }, (error) => {
      if (error && typeof error.code === 'string') reject(new Error(`${program} did not start: ${error.code}`));
      else resolve(performance.now() - started);
    });
  });
}

function editTimes(): readonly number[] {
  const settings = resolveMeshSettings();
  const files = new WorkspaceFiles();
  for (let index = 0; index < fileCount; index++) files.setDisk(`file:///w/${index}.yaml`, routeOf(index, 50));
  const analyzer = new IncrementalAnalyzer();
  analyzer.analyze({ files, settings });
  return Array.from({ length: edits }, (_, edit) => {
    files.setOpen('file:///w/7.yaml', routeOf(7, edit % 100), edit + 1);
    const started = performance.now();
    analyzer.analyze({ files, settings });
    return performance.now() - started;
  });
}

interface Paired {
  readonly cold: number;
  readonly cached: number;
  readonly theirs: number;
}

/** Whole commands over a folder, one after the other in each round, so that all have the same machine. */
async function pairedDurations(folder: string): Promise<Paired> {
  const cache = await mkdtemp(path.join(tmpdir(), 'meshlens-findings-'));
  const own = [path.join(root, 'dist/meshlens.js'), 'analyze', '--format', 'json', folder];
  const times = { cold: [] as number[], cached: [] as number[], theirs: [] as number[] };
  try {
    // Compiled code is kept for all, as by the first run on any machine; findings only where that is measured.
    await duration(process.execPath, [...own, '--cache', cache]);
    for (let round = 0; round < rounds; round++) {
      times.cold.push(await duration(process.execPath, [...own, '--no-cache']));
      times.cached.push(await duration(process.execPath, [...own, '--cache', cache]));
      times.theirs.push(await duration(istioctlProgram, ['analyze', '--use-kube=false', '-A', '-o', 'json', folder]));
    }
  } finally {
    await rm(cache, { recursive: true, force: true });
  }
  return { cold: median(times.cold), cached: median(times.cached), theirs: median(times.theirs) };
}

function row(
  what: string,
  ours: number,
  theirs: number,
  budget: number,
  peer = 'istioctl analyze, which reads half of them (no Services, no workloads)',
): BenchRow {
  const ratio = theirs / ours;
  return {
    what,
    ours: `${digits(ours)} ms`,
    peer: `${peer}, ${digits(theirs)} ms: ${digits(ratio)} ×`,
    budget: `≥ ${String(budget)} ×`,
    met: ratio >= budget,
  };
}

/** The analyzer of the command line, and after an edit, beside the one of Istio, which begins anew each time. */
export async function benchAnalyzer(): Promise<readonly BenchRow[]> {
  if (!existsSync(istioctlProgram)) throw new Error(`istioctl is not built: no ${istioctlProgram}`);
  await duration(process.execPath, [path.join(root, 'scripts/build.mjs')]);
  const folder = await mkdtemp(path.join(tmpdir(), 'meshlens-analyzer-'));
  const few = path.join(folder, 'few');
  try {
    await mkdir(few);
    for (let index = 0; index < fewFiles; index++) await writeFile(path.join(few, `${index}.yaml`), routeOf(index, 50));
    const small = await pairedDurations(few);
    await rm(few, { recursive: true });
    for (let index = 0; index < fileCount; index++) {
      await writeFile(path.join(folder, `${index}.yaml`), routeOf(index, 50));
    }
    const large = await pairedDurations(folder);
    const edit = median(editTimes());
    const varied = await pairedDurations(fixtures);
    const documents = fileCount * 4;
    return [
      row(`analyze of ${documents} documents, the whole command, cold (\`--no-cache\`)`, large.cold, large.theirs, 5),
      row('the same again, from the cache', large.cached, large.theirs, 5),
      row(
        `analyze of ${fewFiles * 4} documents, the whole command, cold (\`--no-cache\`)`,
        small.cold,
        small.theirs,
        5,
      ),
      row('the same again, from the cache', small.cached, small.theirs, 5),
      row(
        'analyze of all fixtures of our checks, the whole command, cold (`--no-cache`)',
        varied.cold,
        varied.theirs,
        5,
        'istioctl analyze',
      ),
      row('the same again, from the cache', varied.cached, varied.theirs, 5, 'istioctl analyze'),
      {
        what: `analyze of ${documents} documents after an edit`,
        ours: `${digits(edit)} ms`,
        peer: `istioctl analyze again: ${digits(large.theirs / edit)} ×`,
        budget: '≥ 100 ×',
        met: large.theirs / edit >= 100,
      },
    ];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
