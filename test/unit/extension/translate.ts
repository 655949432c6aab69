import type { Translate } from '../../../src/extension/translate.ts';

/** What `vscode.l10n.t` does in English. */
export const english: Translate = (message, ...args) =>
  message.replace(/\{(\d+)\}/g, (hole, index: string) => String(args[Number(index)] ?? hole));
