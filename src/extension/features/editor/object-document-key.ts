import { window, workspace, type TextEditor } from 'vscode';
import type { DisposableList } from '../../disposables.ts';
import { kubernetesDocuments } from '../../kubernetes-documents.ts';
import type { Services } from '../../services.ts';

/** Tells the editor's menus whether the text in front holds objects that a cluster could take. */
export function registerObjectDocumentKey({ contextKeys }: Services, owned: DisposableList): void {
  const look = (editor: TextEditor | undefined): void => {
    const document = editor?.document;
    const isYaml = document?.languageId === 'yaml' && ['file', 'untitled', 'vscode-vfs'].includes(document.uri.scheme);
    contextKeys.set('meshlens.editor.hasObjects', isYaml && kubernetesDocuments(document.getText()).length > 0);
  };
  owned.add(window.onDidChangeActiveTextEditor(look));
  owned.add(
    workspace.onDidSaveTextDocument((document) => {
      if (document === window.activeTextEditor?.document) look(window.activeTextEditor);
    }),
  );
  look(window.activeTextEditor);
}
