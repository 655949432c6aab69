import { CompletionItemKind, InsertTextFormat, MarkupKind, type CompletionItem } from 'vscode-languageserver/node';
import type { CompletionItemResult } from '../language/completion.ts';

const kinds: Readonly<Record<CompletionItemResult['type'], CompletionItemKind>> = {
  field: CompletionItemKind.Field,
  value: CompletionItemKind.EnumMember,
  host: CompletionItemKind.Module,
  subset: CompletionItemKind.Variable,
  object: CompletionItemKind.Interface,
  namespace: CompletionItemKind.Folder,
  port: CompletionItemKind.Constant,
  label: CompletionItemKind.Property,
  rule: CompletionItemKind.Reference,
};

export function completionItemOf(item: CompletionItemResult): CompletionItem {
  return {
    label: item.label,
    kind: kinds[item.type],
    sortText: item.sortText,
    insertTextFormat: InsertTextFormat.PlainText,
    textEdit: { range: item.range, newText: item.insertText },
    ...(item.detail === undefined ? {} : { detail: item.detail }),
    ...(item.documentation === undefined
      ? {}
      : { documentation: { kind: MarkupKind.Markdown, value: item.documentation } }),
  };
}
