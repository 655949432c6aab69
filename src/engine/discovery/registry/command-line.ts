/** How a `run` command is started: directly where it is a plain list of words, through the shell where it is more. */
import { statSync } from 'node:fs';
import path from 'node:path';

export type ParsedCommand =
  | { readonly type: 'words'; readonly words: readonly string[] }
  /** Uses pipes, variables, wildcards or other syntax that only a shell understands. */
  | { readonly type: 'shell'; readonly text: string };

/**
 * Splits a command as a POSIX shell would, as long as it holds nothing but words, quotes and backslashes. Anything else
 * is the shell's: a process started without one is ended and named without one in between.
 */
export function parseCommand(text: string): ParsedCommand {
  const shell = { type: 'shell', text } as const;
  const words: string[] = [];
  let word: string | undefined;
  let quote: '"' | "'" | undefined;
  for (let index = 0; index < text.length; index++) {
    const character = text[index] ?? '';
    if (quote === "'") {
      if (character === "'") quote = undefined;
      else word = (word ?? '') + character;
    } else if (character === '\\') {
      const next = text[index + 1];
      if (next === undefined || next === '\n') return shell;
      // Within double quotes a backslash only protects these; before anything else it stands for itself.
      if (quote === '"' && !'"\\$`'.includes(next)) word = `${word ?? ''}\\`;
      else {
        word = (word ?? '') + next;
        index += 1;
      }
    } else if (quote === '"') {
      if (character === '"') quote = undefined;
      else if (character === '$' || character === '`') return shell;
      else word = (word ?? '') + character;
    } else if (character === '"' || character === "'") {
      quote = character;
      word ??= '';
    } else if (character === ' ' || character === '\t') {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if ('|&;<>()$`*?[]{}!\n\r'.includes(character) || (word === undefined && '#~'.includes(character))) {
      return shell;
    } else word = (word ?? '') + character;
  }
  if (quote !== undefined) return shell;
  if (word !== undefined) words.push(word);
  // `NAME=value program` sets a variable.
  const isAssignment = /^[A-Za-z_][A-Za-z0-9_]*=/.test(words[0] ?? '');
  return words.length === 0 || isAssignment ? shell : { type: 'words', words };
}

/** A program with its arguments, as `child_process.spawn` takes them. */
export interface Launch {
  readonly file: string;
  readonly args: readonly string[];
  /** To be added to the environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Windows: arguments are passed on as they stand. */
  readonly verbatim: boolean;
}

export interface LaunchPlace {
  readonly platform: NodeJS.Platform;
  /** Path of the runtime the engine itself runs in. */
  readonly ownRuntime: string;
  /** Whether the own runtime is an editor's, which must be told to be a plain Node. */
  readonly isElectron: boolean;
  /** Whether a program of this name is found on the PATH of the process to start. */
  isOnPath(program: string): boolean;
}

/** Turns a `run` command into a program to start. `node` is always there: else it is the engine's own runtime. */
export function planLaunch(command: string, place: LaunchPlace): Launch {
  const parsed = parseCommand(command);
  const [program, ...args] = parsed.type === 'words' ? parsed.words : [];
  if (program === 'node' && !place.isOnPath('node')) {
    const env: Record<string, string> = place.isElectron ? { ELECTRON_RUN_AS_NODE: '1' } : {};
    return { file: place.ownRuntime, args, env, verbatim: false };
  }
  if (place.platform === 'win32' && program !== 'node') {
    // Most commands there are scripts (npm.cmd), which only the command interpreter starts.
    return { file: 'cmd.exe', args: ['/d', '/s', '/c', `"${command}"`], env: {}, verbatim: true };
  }
  if (program === undefined) return { file: '/bin/sh', args: ['-c', command], env: {}, verbatim: false };
  return { file: program, args, env: {}, verbatim: false };
}

/** Whether the PATH of this environment has an executable file of that name. */
export function isOnPath(program: string, env: Readonly<Record<string, string | undefined>>): boolean {
  const folders = (env.PATH ?? env.Path ?? '').split(path.delimiter).filter((folder) => folder !== '');
  const names = process.platform === 'win32' ? [`${program}.exe`, `${program}.cmd`] : [program];
  return folders.some((folder) => names.some((name) => isExecutable(path.join(folder, name))));
}

function isExecutable(file: string): boolean {
  const found = statSync(file, { throwIfNoEntry: false });
  return found !== undefined && found.isFile() && (process.platform === 'win32' || (found.mode & 0o111) !== 0);
}
