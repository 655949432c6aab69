import type { SpawnOptions } from 'node:child_process';

/** See `programs.mjs`. */
export class UserError extends Error {}
export function pinnedNode(): string;
export function checkNode(): void;
export function npm(args: readonly string[], directory: string): Promise<void>;
export function run(
  file: string,
  args: readonly string[],
  options?: SpawnOptions,
): Promise<{ readonly code: number | null; readonly text: string }>;
