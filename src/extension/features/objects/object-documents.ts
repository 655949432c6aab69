import { EventEmitter, FoldingRange, l10n, languages, Uri, workspace, type CancellationToken } from 'vscode';
import type { ClusterObjectText } from '../../../shared/cluster.ts';
import { refText } from '../../cluster-target.ts';
import { DisposableList, type Disposable } from '../../disposables.ts';
import type { Services } from '../../services.ts';
import { yamlFolds } from './folding.ts';
import { objectAddress, objectScheme, objectUriParts, type ObjectAddress } from './object-uri.ts';

interface Shown {
  readonly text: string;
  readonly object?: ClusterObjectText;
}

/** Between two looks at the objects that are open, in milliseconds: a busy cluster changes all the time. */
const pause = 1_000;

/** Objects of clusters as read-only documents that follow the cluster. */
export class ObjectDocuments implements Disposable {
  readonly #services: Services;
  readonly #owned = new DisposableList();
  readonly #changes = new EventEmitter<Uri>();
  readonly #shown = new Map<string, Shown>();
  readonly #timers = new Map<string, NodeJS.Timeout>();

  constructor(services: Services) {
    this.#services = services;
    this.#owned.add(this.#changes);
    this.#owned.add(
      workspace.registerTextDocumentContentProvider(objectScheme, {
        onDidChange: this.#changes.event,
        provideTextDocumentContent: (uri, token) => this.#content(uri, token),
      }),
    );
    this.#owned.add(
      languages.registerFoldingRangeProvider(
        { scheme: objectScheme },
        {
          provideFoldingRanges: (document) =>
            yamlFolds(document.getText(), this.managedLines(document.uri)).map(
              ({ start, end }) => new FoldingRange(start, end),
            ),
        },
      ),
    );
    this.#owned.add(
      workspace.onDidCloseTextDocument(({ uri }) => {
        if (uri.scheme === objectScheme) this.#shown.delete(uri.toString());
      }),
    );
    const { clusters } = services;
    this.#owned.add(clusters.onDidChangeObjects((context) => this.#lookSoon(context)));
    // A context that is connected again, or lost, changes what can be said of its objects.
    const phases = new Map<string, string>();
    this.#owned.add(
      clusters.onDidChange(() => {
        for (const { context, phase } of clusters.statuses) {
          if (phases.get(context) === phase) continue;
          phases.set(context, phase);
          this.#lookSoon(context);
        }
      }),
    );
    this.#owned.add({
      dispose: () => {
        for (const timer of this.#timers.values()) clearTimeout(timer);
      },
    });
  }

  uriOf(address: ObjectAddress): Uri {
    return Uri.from(objectUriParts(address));
  }

  /** Lines that hold managed fields in the text that is shown. */
  managedLines(uri: Uri): { readonly start: number; readonly end: number } | undefined {
    return this.#shown.get(uri.toString())?.object?.managedFields;
  }

  dispose(): void {
    this.#owned.dispose();
  }

  async #content(uri: Uri, token?: CancellationToken): Promise<string> {
    const key = uri.toString();
    const address = objectAddress(uri.query);
    if (address === undefined) return `# ${l10n.t('This names no object.')}\n`;
    const known = this.#shown.get(key);
    const next = await this.#read(address, known, token);
    this.#shown.set(key, next);
    return next.text;
  }

  async #read({ context, ref }: ObjectAddress, known: Shown | undefined, token?: CancellationToken): Promise<Shown> {
    try {
      const object = await this.#services.engine.request('mesh/cluster/object', { context, ref }, token);
      return { text: object.yaml, object };
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      const note = comment(l10n.t('{0} of {1} cannot be shown as it is now: {2}', refText(ref), context, why));
      if (known?.object === undefined) return { text: note };
      const last = comment(l10n.t('This is how it was last seen.'));
      return { text: `${note}${last}${known.object.yaml}`, object: shifted(known.object, count(note) + count(last)) };
    }
  }

  #lookSoon(context: string): void {
    if (this.#timers.has(context)) return;
    this.#timers.set(
      context,
      setTimeout(() => {
        this.#look(context)
          .catch((error: unknown) => this.#services.log.warn('Open objects could not be looked at.', error))
          .finally(() => this.#timers.delete(context));
      }, pause),
    );
  }

  async #look(context: string): Promise<void> {
    for (const { uri } of workspace.textDocuments.filter((document) => document.uri.scheme === objectScheme)) {
      const key = uri.toString();
      const address = objectAddress(uri.query);
      const known = this.#shown.get(key);
      if (address?.context !== context || known === undefined) continue;
      const next = await this.#read(address, known);
      // The editor takes over only the lines that differ: the cursor stays where it is.
      if (next.text !== known.text) this.#changes.fire(uri);
    }
  }
}

function comment(text: string): string {
  return `${text
    .split(/\r\n|\r|\n/)
    .map((line) => `# ${line}`)
    .join('\n')}\n`;
}

function count(text: string): number {
  return text.split('\n').length - 1;
}

/** Managed fields stand lower when a note is put before the text; the object itself is the one that was seen last. */
function shifted(object: ClusterObjectText, lines: number): ClusterObjectText {
  const { managedFields } = object;
  if (managedFields === undefined) return object;
  return { ...object, managedFields: { start: managedFields.start + lines, end: managedFields.end + lines } };
}
