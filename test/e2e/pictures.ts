/** Takes the pictures of the README from the real product: node test/e2e/pictures.ts */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { startEditor } from './harness/editor.ts';
import { Panel } from './harness/panel.ts';
import { waitFor } from './harness/wait.ts';

const root = path.resolve(import.meta.dirname, '../..');
const folder = path.join(root, 'media/readme');
const picture = (name: string): string => path.join(folder, `${name}.png`);

await mkdir(folder, { recursive: true });
const editor = await startEditor({
  workspace: path.join(root, 'samples/bookinfo'),
  settings: { 'meshlens.localMesh.autoStart': true, 'workbench.colorTheme': 'Dark Modern' },
});
try {
  const { workbench, companion, page } = editor;
  const routes = path.join(editor.folder, 'reviews-route.yaml');
  const panel = new Panel(page);
  await workbench.open(routes);
  await workbench.edit(routes, 'weight: 100', 'weight: 60', true);
  await companion.evaluate(async (vscode, file) => {
    const document = await vscode.workspace.openTextDocument(vscode.Uri.file(file));
    const places = [...document.getText().matchAll(/weight: 0/g)];
    const edit = new vscode.WorkspaceEdit();
    for (const [index, weight] of ['30', '10'].entries()) {
      const start = (places[index]?.index ?? 0) + 'weight: '.length;
      edit.replace(document.uri, new vscode.Range(document.positionAt(start), document.positionAt(start + 1)), weight);
    }
    await vscode.workspace.applyEdit(edit);
    await document.save();
  }, routes);
  await waitFor(
    'traffic of all versions',
    async () => [...(await panel.sharesTo('reviews')).values()].filter((share) => share > 0).length === 3,
    30_000,
  );
  await companion.command('workbench.action.closeSidebar');
  await workbench.edit(routes, 'subset: v3', 'subset: v4', false);
  await waitFor('the squiggle', async () => (await workbench.problems(routes)).length > 0);
  await companion.evaluate(async (vscode, file) => {
    const shown = await vscode.window.showTextDocument(vscode.Uri.file(file), { viewColumn: vscode.ViewColumn.One });
    const at = shown.document.positionAt(shown.document.getText().indexOf('subset: v4') + 'subset: v'.length);
    shown.selection = new vscode.Selection(at, at);
    await vscode.commands.executeCommand('editor.action.showHover');
  }, routes);
  await page.locator('.monaco-hover-content').first().waitFor();
  await page.screenshot({ path: picture('diagnostic'), clip: { x: 0, y: 0, width: 940, height: 640 } });
  await workbench.edit(routes, 'subset: v4', 'subset: v3', false);
  await companion.command('workbench.action.joinAllGroups');
  await companion.command('meshlens.topology.open');
  await companion.command('workbench.action.maximizeEditorHideSidebar');
  await page.mouse.move(700, 700);
  await (await panel.locator('button[title^="Layout"], button:has-text("Layout")')).first().click();
  await waitFor('a minute of traffic', async () => (await panel.node('reviews', 'v3')).rate > 1, 60_000);
  await page.screenshot({ path: picture('topology-dark') });
} finally {
  await editor.stop();
}
