export interface FindingsOptions {
  /** ANSI colours, for terminals. */
  readonly color?: boolean;
  /** Paths of files below it are shown relative to it. */
  readonly cwd?: string;
}

/** The text of each file that findings are in, by URI. */
export type FileTexts = ReadonlyMap<string, string>;
