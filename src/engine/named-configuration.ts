import { configurationFileName } from '../shared/configuration-file.ts';
import type { Diagnostic } from '../shared/diagnostics.ts';
import { resolveMeshSettings } from '../shared/mesh-settings.ts';
import { analyze, type AnalyzeInput } from './policy/analyze.ts';
import { readFiles } from './discovery/workspace/read-files.ts';
import { UnreadableInput } from './discovery/workspace/unreadable-input.ts';
import { WorkspaceFiles } from './discovery/workspace/workspace-files.ts';

/** What the file is called while it is looked at: only files of that name are read as configurations. */
const ownUri = `file:///${configurationFileName}`;

/** A configuration file that was named for itself: it may have any name, and need not be among the files it is for. */
export class NamedConfiguration {
  readonly uri: string;
  readonly text: string;

  private constructor(uri: string, text: string) {
    this.uri = uri;
    this.text = text;
  }

  /** Without a path: one that says nothing. Throws `UnreadableInput` also for one whose mistakes change what it says. */
  static async at(path: string): Promise<NamedConfiguration> {
    if (path === '') return new NamedConfiguration('', '');
    const { files, problems } = await readFiles([path]);
    const [file] = files;
    if (!file) throw new UnreadableInput(problems[0]?.message ?? `${path} cannot be read.`);
    const named = new NamedConfiguration(file.uri, file.text);
    const wrong = named.findings(() => undefined).find(({ severity }) => severity === 'error');
    if (wrong) throw new UnreadableInput(`${path}, line ${wrong.range.start.line + 1}: ${wrong.message}`);
    return named;
  }

  /** What is wrong in it, at its own place, by the rules that count for a file of such a workspace; undefined: as they are. */
  findings(rulesIn: (files: WorkspaceFiles) => AnalyzeInput['fileRules']): readonly Diagnostic[] {
    if (this.uri === '') return [];
    const alone = new WorkspaceFiles();
    alone.setDisk(ownUri, this.text);
    const fileRules = rulesIn(alone);
    const settings = resolveMeshSettings({});
    return analyze({ files: alone, settings, ...(fileRules && { fileRules }) }).diagnostics.map((each) =>
      this.#placed(each),
    );
  }

  /** All places of its findings are in itself. */
  #placed(diagnostic: Diagnostic): Diagnostic {
    const { uri } = this;
    const fixes = diagnostic.fixes.map((fix) => ({ ...fix, edits: fix.edits.map((each) => ({ ...each, uri })) }));
    const related = diagnostic.related.map((each) => ({ ...each, location: { ...each.location, uri } }));
    return { ...diagnostic, uri, fixes, related };
  }
}
