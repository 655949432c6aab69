import { commands as vscodeCommands, l10n, ProgressLocation, RelativePattern, Uri, window, workspace } from 'vscode';
import type { Diagnostic } from '../../../shared/diagnostics.ts';
import { UserFacingError } from '../../command-registry.ts';
import { commandIds } from '../../commands.ts';
import type { Services } from '../../services.ts';
import { toProblem } from './analysis-problems.ts';

const excluded = '**/{node_modules,.git,dist,vendor}/**';

/** "Analyze Workspace": all YAML of all folders, into the Problems panel. */
export function registerAnalyzeWorkspace(services: Services): void {
  services.commands.register(commandIds.analyzeWorkspace, () => analyze(services));
}

async function analyze({ context, diagnostics, engine, settings }: Services): Promise<void> {
  const folders = workspace.workspaceFolders ?? [];
  if (folders.length === 0) throw new UserFacingError(l10n.t('Open a folder to analyze it.'));
  const result = await window.withProgress(
    { location: ProgressLocation.Notification, title: l10n.t('Analyzing the workspace'), cancellable: true },
    async (_progress, token) => {
      const patterns = folders.map((folder) => new RelativePattern(folder, '**/*.{yaml,yml}'));
      const found = await Promise.all(patterns.map((pattern) => workspace.findFiles(pattern, excluded, 50_000, token)));
      const uris = found.flat();
      // Texts that are open and not saved count as the person sees them.
      const open = new Map(workspace.textDocuments.map((document) => [document.uri.toString(), document]));
      const resources = await Promise.all(
        uris.map(async (uri) => ({
          uri: uri.toString(),
          text: open.get(uri.toString())?.getText() ?? new TextDecoder().decode(await workspace.fs.readFile(uri)),
        })),
      );
      if (token.isCancellationRequested) return undefined;
      const answer = await engine.request('mesh/analyze', { resources, rules: settings.get('analysis.rules') }, token);
      return { ...answer, uris };
    },
  );
  if (result === undefined) return;
  // The collection is the one that the engine's own diagnostics fill: what changes later is updated, nothing doubles.
  const byUri = new Map<string, Diagnostic[]>();
  for (const found of result.diagnostics) {
    const key = Uri.parse(found.uri).toString();
    byUri.set(key, [...(byUri.get(key) ?? []), found]);
  }
  for (const uri of result.uris) {
    diagnostics.set(
      uri,
      (byUri.get(uri.toString()) ?? []).map((found) => toProblem(found, context.extensionUri)),
    );
  }
  const files = result.uris.length;
  if (result.diagnostics.length === 0) {
    void window.showInformationMessage(
      l10n.t('{0} documents in {1} files: nothing to complain about.', result.documents, files),
    );
    return;
  }
  const count = (severity: string): number => result.diagnostics.filter((found) => found.severity === severity).length;
  await vscodeCommands.executeCommand('workbench.actions.view.problems');
  void window.showInformationMessage(
    l10n.t(
      '{0} documents in {1} files: {2} errors, {3} warnings, {4} notes.',
      result.documents,
      files,
      count('error'),
      count('warning'),
      count('information') + count('hint'),
    ),
  );
}
