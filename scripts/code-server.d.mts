/** See `code-server.mjs`. */
export interface Editor {
  /** With the folder to open. */
  readonly url: string;
  readonly pid: number;
  readonly exited: Promise<number | null>;
  stop(): Promise<void>;
}

export function codeServerVersion(): Promise<string>;
export function ensureCodeServer(say?: (line: string) => void): Promise<string>;
export function installExtensions(options: {
  readonly entry: string;
  readonly vsix: readonly string[];
  readonly extensions: string;
  readonly userData: string;
}): Promise<void>;
export function startCodeServer(options: {
  readonly entry: string;
  readonly folder: string;
  readonly port: number;
  readonly extensions: string;
  readonly userData: string;
  readonly trust?: boolean;
  readonly env?: Readonly<Record<string, string>>;
  readonly log?: (text: string) => void;
}): Promise<Editor>;
export function freePort(wanted?: number): Promise<number | undefined>;
