import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { IncrementalAnalyzer } from '../../src/engine/policy/analyze.ts';
import { WorkspaceFiles } from '../../src/engine/discovery/workspace/workspace-files.ts';
import { resolveMeshSettings } from '../../src/shared/mesh-settings.ts';
import { istioctlProgram } from '../cluster/real-cluster.ts';
import { routeOf } from './engine.ts';
import { digits, median, type BenchRow } from './table.ts';

const root = path.resolve(import.meta.dirname, '../..');
const fileCount = 500;
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

/** The analyzer of the command line, and after an edit, beside the one of Istio, which begins anew each time. */
export async function benchAnalyzer(): Promise<readonly BenchRow[]> {
  if (!existsSync(istioctlProgram)) throw new Error(`istioctl is not built: no ${istioctlProgram}`);
  await duration(process.execPath, [path.join(root, 'scripts/build.mjs')]);
  const folder = await mkdtemp(path.join(tmpdir(), 'meshlens-analyzer-'));
  try {
    for (let index = 0; index < fileCount; index++) {
      await writeFile(path.join(folder, `${index}.yaml`), routeOf(index, 50));
    }
    const ours: number[] = [];
    const theirs: number[] = [];
    for (let round = 0; round < rounds; round++) {
      ours.push(
        await duration(process.execPath, [path.join(root, 'dist/meshlens.js'), 'analyze', '--format', 'json', folder]),
      );
      theirs.push(await duration(istioctlProgram, ['analyze', '--use-kube=false', '-A', '-o', 'json', folder]));
    }
    const cold = median(theirs) / median(ours);
    const edit = median(editTimes());
    return [
      {
        what: `analyze of ${fileCount * 4} documents, the whole command`,
        ours: `${digits(median(ours))} ms`,
        peer: `istioctl analyze, which leaves Services and workloads out, ${digits(median(theirs))} ms: ${digits(cold)} ×`,
        budget: '≥ 5 ×',
        met: cold >= 5,
      },
      {
        what: 'the same after an edit',
        ours: `${digits(edit)} ms`,
        peer: `istioctl analyze again: ${digits(median(theirs) / edit)} ×`,
        budget: '≥ 100 ×',
        met: median(theirs) / edit >= 100,
      },
    ];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
