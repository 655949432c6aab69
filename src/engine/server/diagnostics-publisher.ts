import { DiagnosticSeverity, type Connection, type Diagnostic as LspDiagnostic } from 'vscode-languageserver/node';
import type { Diagnostic, Severity } from '../../shared/diagnostics.ts';
import type { Engine } from '../engine.ts';

const severities: Readonly<Record<Severity, DiagnosticSeverity>> = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  information: DiagnosticSeverity.Information,
  hint: DiagnosticSeverity.Hint,
};

export function lspDiagnosticOf(diagnostic: Diagnostic, docsRoot: string): LspDiagnostic {
  return {
    range: diagnostic.range,
    message: diagnostic.message,
    severity: severities[diagnostic.severity],
    code: diagnostic.code,
    codeDescription: { href: `${docsRoot}${diagnostic.docs}` },
    source: 'Meshlens',
    relatedInformation: diagnostic.related.map(({ message, location }) => ({ message, location })),
    data: { rule: diagnostic.rule, aliases: diagnostic.aliases },
  };
}

const leisureMs = 2000;
/** Rest after which somebody is taken to have typed all of a word, in debounces. */
const restDebounces = 5;

/** What the client was told of a file. */
interface Published {
  /** As text, to compare with. */
  readonly text: string;
  readonly keys: ReadonlySet<string>;
}

/**
 * Analyzes a moment after the last keystroke and publishes what changed, file by file. While somebody types, what is
 * right again goes at once, but what is newly wrong waits until he rests: half a word is nearly always wrong.
 */
export class DiagnosticsPublisher {
  readonly #connection: Connection;
  readonly #engine: Engine;
  readonly #docsRoot: string;
  readonly #published = new Map<string, Published>();
  #current: readonly Diagnostic[] = [];
  #timer: NodeJS.Timeout | undefined;
  #running: AbortController | undefined;
  /** Runs while somebody types. */
  #rest: NodeJS.Timeout | undefined;

  constructor(connection: Connection, engine: Engine, docsRoot: string) {
    this.#connection = connection;
    this.#engine = engine;
    this.#docsRoot = docsRoot;
  }

  /** What was found last; brought up to date first if something changed since. */
  get current(): readonly Diagnostic[] {
    if (this.#timer || this.#running) {
      this.#cancel();
      this.#publish(this.#engine.analyzeWorkspace().diagnostics);
    }
    return this.#current;
  }

  /** Somebody typed. */
  scheduleTyped(): void {
    this.schedule();
    const rest = this.#engine.debounce * restDebounces;
    if (rest > 0) this.#rest = setTimeout(() => this.#settle(), rest);
  }

  schedule(): void {
    this.#cancel();
    clearTimeout(this.#rest);
    this.#rest = undefined;
    this.#timer = setTimeout(() => void this.#run(), this.#engine.debounce);
  }

  /** Something changed that nobody typed: soon, but not each time anew. */
  scheduleAtLeisure(): void {
    this.#timer ??= setTimeout(() => void this.#run(), leisureMs);
  }

  dispose(): void {
    this.#cancel();
    clearTimeout(this.#rest);
  }

  #settle(): void {
    this.#rest = undefined;
    // A run that is on its way publishes for itself.
    if (!this.#timer && !this.#running) this.#publish(this.#current);
  }

  #cancel(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#running?.abort();
    this.#running = undefined;
  }

  /** In pieces: who types on, or asks something else, does not wait for thousands of documents. */
  async #run(): Promise<void> {
    this.#cancel();
    const running = new AbortController();
    this.#running = running;
    try {
      const { diagnostics } = await this.#engine.analyzeWorkspaceInPieces(running.signal);
      if (this.#running !== running) return;
      this.#running = undefined;
      this.#publish(diagnostics);
    } catch (error) {
      if (!running.signal.aborted) throw error;
    }
  }

  #publish(diagnostics: readonly Diagnostic[]): void {
    this.#current = diagnostics;
    const byFile = new Map<string, LspDiagnostic[]>();
    for (const diagnostic of diagnostics) {
      const converted = lspDiagnosticOf(diagnostic, this.#docsRoot);
      const known = byFile.get(diagnostic.uri);
      if (known) known.push(converted);
      else byFile.set(diagnostic.uri, [converted]);
    }
    for (const uri of new Set([...this.#published.keys(), ...byFile.keys()])) {
      const found = byFile.get(uri) ?? [];
      const before = this.#published.get(uri);
      if (before?.text === JSON.stringify(found)) continue;
      const shown = this.#rest ? found.filter((each) => before?.keys.has(keyOf(each)) === true) : found;
      const text = JSON.stringify(shown);
      if (before?.text === text || (!before && shown.length === 0)) continue;
      if (shown.length === 0) this.#published.delete(uri);
      else this.#published.set(uri, { text, keys: new Set(shown.map(keyOf)) });
      const version = this.#engine.workspace.versionOf(uri);
      void this.#connection.sendDiagnostics({ uri, diagnostics: shown, ...(version === undefined ? {} : { version }) });
    }
  }
}

/** Without its place, which moves with every line above it. */
function keyOf({ code, message }: LspDiagnostic): string {
  return JSON.stringify([code, message]);
}
