import { execFile } from 'node:child_process';
import path from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import { WorkspaceFiles } from '../../src/engine/discovery/workspace/workspace-files.ts';
import { IncrementalAnalyzer } from '../../src/engine/policy/analyze.ts';
import { resolveMeshSettings } from '../../src/shared/mesh-settings.ts';
import type { HeldMemory } from './subjects/workspace-memory.ts';
import { digits, median, type BenchRow } from './table.ts';
import { fileCount, textsWhileTyping, typingPlaces, workspaceFiles } from './workspace.ts';

const rounds = 5;
const p50Budget = 20;
const p95Budget = 50;

const percentile = (values: readonly number[], share: number): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length * share)] ?? NaN;

interface Typed {
  readonly place: string;
  readonly times: readonly number[];
}

/** Milliseconds of every key in every place, in the file of one service. */
function typed(files: WorkspaceFiles, analyzer: IncrementalAnalyzer): readonly Typed[] {
  const settings = resolveMeshSettings();
  const { uri, text } = workspaceFiles()[7] ?? { uri: '', text: '' };
  let version = 0;
  const keyTime = (next: string): number => {
    const started = performance.now();
    files.setOpen(uri, next, ++version);
    analyzer.analyze({ files, settings });
    return performance.now() - started;
  };
  return typingPlaces.map((place) => {
    const times = Array.from({ length: rounds }, () => {
      const ofRound = textsWhileTyping(text, place).map(keyTime);
      keyTime(text);
      return ofRound;
    });
    return { place: place.name, times: times.flat() };
  });
}

async function heldMemory(): Promise<HeldMemory> {
  const script = path.join(import.meta.dirname, 'subjects/workspace-memory.ts');
  const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', script]);
  return JSON.parse(stdout) as HeldMemory;
}

/** The checks of a workspace of 2,000 documents: the whole, every key typed in it, and the memory it takes. */
export async function benchDiagnostics(): Promise<readonly BenchRow[]> {
  const settings = resolveMeshSettings();
  const files = new WorkspaceFiles();
  for (const { uri, text } of workspaceFiles()) files.setDisk(uri, text);
  const analyzer = new IncrementalAnalyzer();
  const coldStart = performance.now();
  const cold = analyzer.analyze({ files, settings });
  const coldMs = performance.now() - coldStart;
  const places = typed(files, analyzer);
  const all = places.flatMap(({ times }) => times);
  const [p50, p95] = [median(all), percentile(all, 0.95)];
  const slowest = places.toSorted((a, b) => percentile(b.times, 0.95) - percentile(a.times, 0.95))[0];
  const memory = await heldMemory();
  const megabytes = (bytes: number): string => digits(bytes / 1e6);
  return [
    {
      what: `diagnostics of ${cold.documents} documents in ${fileCount} files, cold`,
      ours: `${digits(coldMs)} ms`,
      peer: '–',
      budget: '< 3000 ms',
      met: coldMs < 3000,
    },
    {
      what: `${all.length} keys typed there in ${typingPlaces.length} places, key to diagnostics, p50 · p95`,
      ours: `${digits(p50)} · ${digits(p95)} ms (slowest: ${slowest?.place ?? ''}, p95 ${digits(percentile(slowest?.times ?? [], 0.95))} ms)`,
      peer: `cold ${digits(coldMs)} ms: ${digits(coldMs / p50)} ×`,
      budget: `p50 < ${p50Budget} ms, p95 < ${p95Budget} ms`,
      met: p50 < p50Budget && p95 < p95Budget,
    },
    {
      what: 'memory held for it: texts, objects, indexes, findings',
      ours: `${megabytes(memory.ours)} MB`,
      peer: `the documents of the yaml library alone ${megabytes(memory.yaml)} MB`,
      budget: "≤ the library's",
      met: memory.ours <= memory.yaml,
    },
  ];
}
