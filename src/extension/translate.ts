/** `vscode.l10n.t`, handed to pure code so that it runs without the editor. */
export type Translate = (message: string, ...args: readonly (string | number)[]) => string;
