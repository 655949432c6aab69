import type { ParseArgsOptionsConfig } from 'node:util';

/** Exit codes of every command, as the README lists them. */
export const ExitCode = {
  ok: 0,
  /** Findings at or above `--fail-on`. */
  findings: 1,
  /** Wrong usage or unreadable input. */
  usage: 2,
  /** A cluster or server cannot be reached. */
  unreachable: 3,
} as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/** What a command may touch of the process, so that tests can stand in for it. */
export interface CommandIo {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdin: NodeJS.ReadableStream;
  out(text: string): void;
  err(text: string): void;
  readonly isTerminal: boolean;
  /** Fires when the person interrupts. */
  readonly signal: AbortSignal;
}

export type OptionValues = Readonly<Record<string, string | boolean | readonly (string | boolean)[] | undefined>>;

export interface Command {
  readonly name: string;
  /** One line of `meshlens help`. */
  readonly summary: string;
  /** After `meshlens `. */
  readonly usage: string;
  /** Below the usage line. */
  readonly details: readonly string[];
  readonly options: ParseArgsOptionsConfig;
  run(values: OptionValues, positionals: readonly string[], io: CommandIo): Promise<ExitCode>;
}

/** The person used the command line wrongly, or gave input that cannot be read: exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** A server or cluster did not answer: exit code 3. */
export class UnreachableError extends Error {
  override readonly name = 'UnreachableError';
}

export function stringOption(values: OptionValues, name: string): string | undefined {
  const value = values[name];
  return typeof value === 'string' ? value : undefined;
}

export function stringsOption(values: OptionValues, name: string): readonly string[] {
  const value = values[name];
  if (typeof value === 'string') return [value];
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
}

/** One of a fixed set of words, or a `UsageError` that lists them. */
export function choiceOption<T extends string>(
  values: OptionValues,
  name: string,
  choices: readonly T[],
  fallback: T,
): T {
  const value = stringOption(values, name);
  if (value === undefined) return fallback;
  const choice = choices.find((candidate) => candidate === value);
  if (choice === undefined) throw new UsageError(`--${name} takes ${choices.join(', ')}, not "${value}".`);
  return choice;
}

const units: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600 };

/** `30s`, `10m`, `1h` or a number of seconds. */
export function secondsOption(values: OptionValues, name: string, fallback: number): number {
  const value = stringOption(values, name);
  if (value === undefined) return fallback;
  const match = /^(\d+)([smh]?)$/.exec(value);
  const amount = match ? Number(match[1]) * (units[match[2] ?? ''] ?? 1) : 0;
  if (amount <= 0) throw new UsageError(`--${name} takes a length of time such as 30s or 10m, not "${value}".`);
  return amount;
}
