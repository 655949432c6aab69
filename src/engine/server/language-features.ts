import {
  CodeActionKind,
  FoldingRangeKind,
  LSPErrorCodes,
  MarkupKind,
  ResponseError,
  SymbolKind,
  type CodeAction,
  type CompletionItem,
  type Connection,
  type DocumentSymbol,
  type Hover,
  type ServerCapabilities,
  type WorkspaceEdit,
} from 'vscode-languageserver/node';
import type { Fix } from '../../shared/diagnostics.ts';
import type { Engine } from '../engine.ts';
import type { CodeActionResult } from '../language/code-actions.ts';
import { codeActions, fixAll } from '../language/code-actions.ts';
import { codeLenses } from '../language/code-lenses.ts';
import { completion } from '../language/completion.ts';
import { definition, references } from '../language/definition.ts';
import type { DocumentSymbolResult } from '../language/document-symbols.ts';
import { documentSymbols } from '../language/document-symbols.ts';
import { foldingRanges } from '../language/folding.ts';
import { hover } from '../language/hover.ts';
import { rename, renameSite } from '../language/rename.ts';
import { completionItemOf } from './completion-item.ts';
import { documentUri } from './document-uri.ts';
import { lspDiagnosticOf, type DiagnosticsPublisher } from './diagnostics-publisher.ts';

const fixAllKind = 'source.fixAll.meshlens';

export const languageCapabilities: ServerCapabilities = {
  hoverProvider: true,
  completionProvider: { triggerCharacters: [' ', ':', '-', '.', '/', '"'] },
  definitionProvider: true,
  referencesProvider: true,
  renameProvider: { prepareProvider: true },
  documentSymbolProvider: true,
  foldingRangeProvider: true,
  codeLensProvider: { resolveProvider: false },
  codeActionProvider: { codeActionKinds: [CodeActionKind.QuickFix, fixAllKind] },
};

function workspaceEditOf(edits: Fix['edits']): WorkspaceEdit {
  return { changes: Object.fromEntries(edits.map(({ uri, edits: changes }) => [uri, [...changes]])) };
}

/** The same for a file that does not exist yet. */
function creationOf(uri: string, edits: Fix['edits']): WorkspaceEdit {
  return {
    documentChanges: [
      { kind: 'create', uri, options: { ignoreIfExists: true } },
      ...edits.map((each) => ({ textDocument: { uri: each.uri, version: null }, edits: [...each.edits] })),
    ],
  };
}

const symbolKinds: Readonly<Record<DocumentSymbolResult['type'], SymbolKind>> = {
  object: SymbolKind.Object,
  rule: SymbolKind.Event,
  subset: SymbolKind.EnumMember,
  server: SymbolKind.Interface,
  service: SymbolKind.Class,
};

function symbolOf({ name, detail, type, range, selection, children }: DocumentSymbolResult): DocumentSymbol {
  return { name, detail, kind: symbolKinds[type], range, selectionRange: selection, children: children.map(symbolOf) };
}

/** Answers the editor's questions about text from the rooms that know, converting at this edge only. */
export function registerLanguageFeatures(
  connection: Connection,
  engine: Engine,
  publisher: DiagnosticsPublisher,
  docsRoot: string,
  rootOf: (uri: string) => string | undefined,
  hasLabelDetails: boolean,
): void {
  const { workspace } = engine;
  const actionOf = ({
    title,
    kind,
    isPreferred,
    diagnostics,
    edits,
    creates,
    command,
  }: CodeActionResult): CodeAction => ({
    title,
    kind,
    isPreferred,
    diagnostics: diagnostics.map((diagnostic) => lspDiagnosticOf(diagnostic, docsRoot)),
    ...(edits.length > 0 && { edit: creates === undefined ? workspaceEditOf(edits) : creationOf(creates, edits) }),
    ...(command && { command: { title, command: command.id, arguments: [...command.arguments] } }),
  });

  connection.onHover(({ textDocument, position }): Hover | null => {
    const found = hover(workspace, engine.snapshot, engine.settings, documentUri(textDocument.uri), position, docsRoot);
    return found ? { contents: { kind: MarkupKind.Markdown, value: found.contents }, range: found.range } : null;
  });
  connection.onCompletion(({ textDocument, position }): CompletionItem[] =>
    completion(workspace, engine.snapshot, engine.settings, documentUri(textDocument.uri), position).map((item) =>
      completionItemOf(item, hasLabelDetails),
    ),
  );
  connection.onDefinition(({ textDocument, position }) => [
    ...definition(workspace, engine.snapshot, engine.settings, documentUri(textDocument.uri), position),
  ]);
  connection.onReferences(({ textDocument, position, context }) => [
    ...references(
      workspace,
      engine.snapshot,
      engine.settings,
      documentUri(textDocument.uri),
      position,
      context.includeDeclaration,
    ),
  ]);
  connection.onPrepareRename(({ textDocument, position }) => {
    const site = renameSite(workspace, engine.settings, documentUri(textDocument.uri), position);
    return site ? { range: site.range, placeholder: site.name } : null;
  });
  connection.onRenameRequest(({ textDocument, position, newName }): WorkspaceEdit | ResponseError => {
    const renamed = rename(
      workspace,
      engine.snapshot,
      engine.settings,
      documentUri(textDocument.uri),
      position,
      newName,
    );
    return renamed.type === 'refused'
      ? new ResponseError(LSPErrorCodes.RequestFailed, renamed.reason)
      : workspaceEditOf(renamed.edits);
  });
  connection.onFoldingRanges(({ textDocument }) =>
    foldingRanges(workspace, documentUri(textDocument.uri)).map(({ start, end, type }) => ({
      startLine: start,
      endLine: end,
      ...(type === 'comment' && { kind: FoldingRangeKind.Comment }),
    })),
  );
  connection.onDocumentSymbol(({ textDocument }) =>
    documentSymbols(workspace, documentUri(textDocument.uri)).map(symbolOf),
  );
  connection.onCodeLens(({ textDocument }) =>
    codeLenses(workspace, engine.snapshot, engine.settings, documentUri(textDocument.uri), publisher.current).map(
      ({ range, title, command }) => ({
        range,
        command: { title, command: command?.id ?? '', arguments: [...(command?.arguments ?? [])] },
      }),
    ),
  );
  connection.onCodeAction(({ textDocument, range, context }): CodeAction[] => {
    const wants = (kind: string): boolean =>
      !context.only || context.only.some((only) => kind === only || kind.startsWith(`${only}.`));
    const uri = documentUri(textDocument.uri);
    const all = wants(fixAllKind) ? fixAll(publisher.current, uri) : undefined;
    const fixes = wants(CodeActionKind.QuickFix)
      ? codeActions(workspace, publisher.current, uri, range, rootOf(uri))
      : [];
    return [...fixes, ...(all ? [all] : [])].map(actionOf);
  });
}
