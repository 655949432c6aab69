import {
  CompletionItemKind,
  InsertTextFormat,
  MarkupKind,
  type Command,
  type CompletionItem,
} from 'vscode-languageserver/node';
import type { CompletionItemResult } from '../language/completion-item.ts';

const kinds: Readonly<Record<CompletionItemResult['type'], CompletionItemKind>> = {
  field: CompletionItemKind.Field,
  value: CompletionItemKind.EnumMember,
  'object-skeleton': CompletionItemKind.Snippet,
  host: CompletionItemKind.Module,
  subset: CompletionItemKind.Variable,
  object: CompletionItemKind.Interface,
  namespace: CompletionItemKind.Folder,
  port: CompletionItemKind.Constant,
  label: CompletionItemKind.Property,
  rule: CompletionItemKind.Reference,
};

/** What may stand there is offered at once. Editors that do not know the command leave it out. */
const askAgain: Command = { title: 'Suggest', command: 'editor.action.triggerSuggest' };

/** `hasDetails`: the editor shows what tells items apart in every row, not only of the one that is chosen. */
export function completionItemOf(item: CompletionItemResult, hasDetails: boolean): CompletionItem {
  return {
    label: item.label,
    kind: kinds[item.type],
    sortText: item.sortText,
    insertTextFormat: item.isSnippet === true ? InsertTextFormat.Snippet : InsertTextFormat.PlainText,
    ...(item.filterText === undefined ? {} : { filterText: item.filterText }),
    ...(item.edits === undefined ? {} : { additionalTextEdits: [...item.edits] }),
    ...(item.isFollowed === true ? { command: askAgain } : {}),
    textEdit: { range: item.range, newText: item.insertText },
    ...(item.detail === undefined
      ? {}
      : hasDetails
        ? { labelDetails: { description: item.detail } }
        : { detail: item.detail }),
    ...(item.documentation === undefined
      ? {}
      : { documentation: { kind: MarkupKind.Markdown, value: item.documentation } }),
  };
}
