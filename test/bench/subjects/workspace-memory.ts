/** Prints what a checked workspace holds in memory, beside its texts parsed by the yaml library. Needs --expose-gc. */
import { parseAllDocuments } from 'yaml';
import { WorkspaceFiles } from '../../../src/engine/discovery/workspace/workspace-files.ts';
import { IncrementalAnalyzer } from '../../../src/engine/policy/analyze.ts';
import { resolveMeshSettings } from '../../../src/shared/mesh-settings.ts';
import { textsWhileTyping, typingPlaces, workspaceFiles } from '../workspace.ts';

/** In bytes. */
export interface HeldMemory {
  readonly ours: number;
  readonly yaml: number;
}

function used(): number {
  // What is freed by the first collection may free more for the second.
  for (let round = 0; round < 3; round++) globalThis.gc?.();
  const { heapUsed, external, arrayBuffers } = process.memoryUsage();
  return heapUsed + external + arrayBuffers;
}

function heldBy(make: () => unknown): number {
  const before = used();
  const kept = make();
  const after = used();
  // Read after the measurement, so that it is not collected before.
  if (kept === undefined) throw new Error('Nothing was made.');
  return after - before;
}

function checkedWorkspace(): unknown {
  const settings = resolveMeshSettings();
  const files = new WorkspaceFiles();
  const analyzer = new IncrementalAnalyzer();
  const all = workspaceFiles();
  for (const { uri, text } of all) files.setDisk(uri, text);
  analyzer.analyze({ files, settings });
  const [place] = typingPlaces;
  const file = all[7];
  if (place && file) {
    // What an edit leaves behind belongs to it.
    let version = 0;
    for (const text of textsWhileTyping(file.text, place)) {
      files.setOpen(file.uri, text, ++version);
      analyzer.analyze({ files, settings });
    }
  }
  return { files, analyzer };
}

// Code that is compiled once is nobody's.
checkedWorkspace();
workspaceFiles().map(({ text }) => parseAllDocuments(text));
const ours = heldBy(checkedWorkspace);
const yaml = heldBy(() => workspaceFiles().map(({ text }) => parseAllDocuments(text)));
process.stdout.write(JSON.stringify({ ours, yaml } satisfies HeldMemory));
