import { CodeLens, EventEmitter, l10n, languages, Range, type TextDocument } from 'vscode';
import { commandIds } from '../../commands.ts';
import { DisposableList, type Disposable } from '../../disposables.ts';
import { kubernetesDocuments } from '../../kubernetes-documents.ts';
import type { Services } from '../../services.ts';

/** "Apply to admin…" above every object of a YAML text, while a cluster is connected. */
export class ApplyLenses implements Disposable {
  readonly #services: Services;
  readonly #owned = new DisposableList();

  constructor(services: Services) {
    this.#services = services;
    const { clusters, settings } = services;
    const changes = this.#owned.add(new EventEmitter<void>());
    this.#owned.add(
      languages.registerCodeLensProvider(
        [
          { language: 'yaml', scheme: 'file' },
          { language: 'yaml', scheme: 'untitled' },
        ],
        { onDidChangeCodeLenses: changes.event, provideCodeLenses: (document) => this.#lenses(document) },
      ),
    );
    let connected = '';
    this.#owned.add(
      clusters.onDidChange(() => {
        const now = clusters.usable.map(({ context }) => context).join('\n');
        if (now === connected) return;
        connected = now;
        changes.fire();
      }),
    );
    this.#owned.add(settings.onDidChange((keys) => keys.has('codeLens.enabled') && changes.fire()));
  }

  dispose(): void {
    this.#owned.dispose();
  }

  #lenses(document: TextDocument): CodeLens[] {
    const { clusters, settings } = this.#services;
    const { usable } = clusters;
    const [only] = usable;
    if (only === undefined || !settings.get('codeLens.enabled')) return [];
    const title = usable.length === 1 ? l10n.t('Apply to {0}…', only.context) : l10n.t('Apply to cluster…');
    return kubernetesDocuments(document.getText())
      .filter(({ name }) => name !== '')
      .map(
        ({ headLine }) =>
          // Where the other lenses of the document are, so that they stand in one row.
          new CodeLens(new Range(headLine, 0, headLine, 0), {
            command: commandIds.applyDocument,
            title,
            arguments: [document.uri, { line: headLine }],
          }),
      );
  }
}
