import { window, workspace, type TextEditor } from 'vscode';
import type { DisposableList } from '../../disposables.ts';
import { isMeshDocument } from '../../mesh/mesh-documents.ts';
import type { Services } from '../../services.ts';

/** Tells the editor's menus whether the text in front concerns the mesh. */
export function registerMeshDocumentKey({ contextKeys }: Services, owned: DisposableList): void {
  const look = (editor: TextEditor | undefined): void => {
    const document = editor?.document;
    const isMesh = document?.languageId === 'yaml' && isMeshDocument(document.getText());
    contextKeys.set('meshlens.editor.isMeshDocument', isMesh);
  };
  owned.add(window.onDidChangeActiveTextEditor(look));
  owned.add(
    workspace.onDidSaveTextDocument((document) => {
      if (document === window.activeTextEditor?.document) look(window.activeTextEditor);
    }),
  );
  look(window.activeTextEditor);
}
