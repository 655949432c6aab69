/** What the editor's own `Memento` offers; a map in tests. */
export interface Memory {
  get(key: string): unknown;
  update(key: string, value: unknown): PromiseLike<void>;
}

/** A context somebody chose to look at, with its namespaces; none: all that may be read. */
export interface ClusterChoice {
  readonly context: string;
  readonly namespaces: readonly string[];
}

const choicesKey = 'meshlens.cluster.choices';
const programsKey = 'meshlens.cluster.allowedPrograms';

/** Remembers the chosen contexts of the workspace, and which sign-in programs a person has allowed on this machine. */
export class ClusterMemory {
  readonly #workspace: Memory;
  readonly #machine: Memory;

  constructor(workspace: Memory, machine: Memory) {
    this.#workspace = workspace;
    this.#machine = machine;
  }

  get choices(): readonly ClusterChoice[] {
    const stored = this.#workspace.get(choicesKey);
    return Array.isArray(stored) ? stored.flatMap(toChoice) : [];
  }

  /** Remembers a choice in the place of an earlier one of the same context. */
  async choose(choice: ClusterChoice): Promise<void> {
    const { choices } = this;
    const isNew = choices.every(({ context }) => context !== choice.context);
    const next = isNew ? [...choices, choice] : choices.map((old) => (old.context === choice.context ? choice : old));
    await this.#workspace.update(choicesKey, next);
  }

  async forget(context: string): Promise<void> {
    await this.#workspace.update(
      choicesKey,
      this.choices.filter((choice) => choice.context !== context),
    );
  }

  /** Whole command lines: another argument is another program. */
  get allowedPrograms(): readonly string[] {
    const stored = this.#machine.get(programsKey);
    return Array.isArray(stored) ? stored.filter((command) => typeof command === 'string') : [];
  }

  async allow(command: string): Promise<void> {
    if (!this.allowedPrograms.includes(command)) {
      await this.#machine.update(programsKey, [...this.allowedPrograms, command]);
    }
  }

  async forbid(commands: readonly string[]): Promise<void> {
    await this.#machine.update(
      programsKey,
      this.allowedPrograms.filter((command) => !commands.includes(command)),
    );
  }
}

function toChoice(value: unknown): ClusterChoice[] {
  if (typeof value !== 'object' || value === null) return [];
  const { context, namespaces } = value as Record<string, unknown>;
  if (typeof context !== 'string' || !Array.isArray(namespaces)) return [];
  return [{ context, namespaces: namespaces.filter((name) => typeof name === 'string') }];
}
