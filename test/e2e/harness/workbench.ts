import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Locator, Page } from 'playwright-core';
import type { Companion } from './companion.ts';
import { waitFor } from './wait.ts';

const pictures = path.resolve(import.meta.dirname, '../out');

/** A finding as the Problems panel has it. */
export interface Problem {
  readonly message: string;
  readonly code: string;
  readonly severity: number;
  readonly range: readonly [line: number, start: number, endLine: number, end: number];
  readonly text: string;
}

/** What is asked of an element of the page; this code is checked without the types of a browser. */
interface HeaderElement {
  getAttribute(name: string): string | null;
  querySelector(selector: string): { readonly textContent: string | null } | null;
}

type StatusItem = 'status' | 'cluster' | 'devProxy' | 'change';

/** The window as a person sees it. */
export class Workbench {
  readonly #page: Page;
  readonly #companion: Companion;

  constructor(page: Page, companion: Companion) {
    this.#page = page;
    this.#companion = companion;
  }

  /** Waits until the window is drawn and the extension host answers. */
  async ready(): Promise<void> {
    await this.#page.locator('.statusbar-item').first().waitFor({ timeout: 90_000 });
    await waitFor('the extension host', () => this.#companion.evaluate(() => true, null), 60_000);
  }

  /** Reloads the window and waits until it is there again. */
  async reload(): Promise<void> {
    const before = await this.#companion.hostPid();
    await this.#page.reload();
    await this.#companion.replaced(before);
    await this.ready();
  }

  /** The body of a view whose title is `title`. */
  view(title: string): Locator {
    return this.#page.locator('.pane').filter({
      has: this.#page.locator(`.pane-header h3.title[title="${title}"], .pane-header h3.title:text-is("${title}")`),
    });
  }

  /** Rows of a tree view, each as "label description". */
  async rows(title: string): Promise<string[]> {
    const rows = await this.view(title).locator('.monaco-list-row').allInnerTexts();
    return rows.map((row) => row.replace(/\s+/g, ' ').trim());
  }

  /** What a view says while it has no rows. */
  async welcome(title: string): Promise<string> {
    return (await this.view(title).locator('.welcome-view-content').allInnerTexts()).join('\n').trim();
  }

  /** Texts of the notifications that stand. */
  notifications(): Promise<string[]> {
    return this.#page.locator('.notification-list-item-message').allInnerTexts();
  }

  /** Presses a button of a standing notification. */
  async pressNotification(button: string): Promise<void> {
    await this.#page.locator('.notifications-toasts .monaco-button', { hasText: button }).first().click();
  }

  /** Text of one of our status bar items; undefined while it is hidden. */
  async status(name: StatusItem = 'status'): Promise<string | undefined> {
    const item = this.#statusItem(name);
    // Without waiting: it may go between two questions.
    const [text] = await item.allInnerTexts();
    return text?.trim();
  }

  /** Presses one of our status bar items. */
  pressStatus(name: StatusItem): Promise<void> {
    return this.#statusItem(name).click();
  }

  #statusItem(name: StatusItem): Locator {
    return this.#page.locator(`.statusbar-item[id="meshlens.meshlens.meshlens.${name}"]`);
  }

  /** The modal dialog, while one stands. */
  get dialog(): Locator {
    return this.#page.locator('.monaco-dialog-box');
  }

  /** Waits for a modal dialog and returns what it says. */
  async dialogText(): Promise<string> {
    await this.dialog.waitFor({ state: 'visible' });
    return (await this.dialog.locator('.dialog-message-container').innerText()).replace(/\u00a0/g, ' ');
  }

  /** Presses a button of the modal dialog and waits until it is gone. */
  async pressDialog(button: string): Promise<void> {
    const question = await this.dialogText();
    await this.dialog.locator('.monaco-button', { hasText: button }).first().click();
    await waitFor('the dialog to be answered', async () => {
      const isGone = !(await this.dialog.isVisible());
      return isGone || (await this.dialogText()) !== question;
    });
  }

  /** Closes the other views of the side bar, so that all rows of this one have room. */
  async showOnly(title: string): Promise<void> {
    await waitFor(`nothing but ${title}`, async () => {
      const headers = this.#page.locator('.sidebar .pane-header');
      const [names, open] = await headers.evaluateAll((all: readonly HeaderElement[]) => [
        all.map((header) => header.querySelector('.title')?.textContent ?? ''),
        all.map((header) => header.getAttribute('aria-expanded') === 'true'),
      ]);
      const wrong = names?.findIndex((name, at) => (name === title) !== open?.[at]) ?? -1;
      if (wrong >= 0) await headers.nth(wrong).click({ timeout: 2_000 });
      return wrong < 0;
    });
  }

  /** A row of a tree view whose text matches. */
  row(title: string, text: string | RegExp): Locator {
    return this.view(title).locator('.monaco-list-row', { hasText: text }).first();
  }

  /** Opens a row of a tree view, if it is closed. A row that comes anew in the same moment may lose the click. */
  async expand(title: string, text: string | RegExp): Promise<void> {
    const row = this.row(title, text);
    const open = this.view(title).locator('.monaco-list-row[aria-expanded="true"]', { hasText: text }).first();
    await row.waitFor();
    await waitFor(`${String(text)} to be open`, async () => {
      if (await open.isVisible()) return true;
      await row.locator('.monaco-tl-twistie').click({ timeout: 2_000 });
      await open.waitFor({ timeout: 2_000 });
      return true;
    });
  }

  /** The quick input, while it is shown. */
  get quickInput(): Locator {
    return this.#page.locator('.quick-input-widget');
  }

  /** Types into the quick input and accepts. */
  async answerQuickInput(text: string): Promise<void> {
    const input = this.quickInput.locator('input[type="text"], input.input').first();
    await input.waitFor({ state: 'visible' });
    await input.fill(text);
    await this.#page.keyboard.press('Enter');
  }

  /** Opens a file of the workspace in the first column. */
  async open(file: string): Promise<void> {
    await this.#companion.evaluate(async (vscode, name) => {
      const document = await vscode.workspace.openTextDocument(vscode.Uri.file(name));
      await vscode.window.showTextDocument(document, { viewColumn: vscode.ViewColumn.One, preview: false });
    }, file);
  }

  /** Waits until the text in front matches, and returns it. */
  shownText(pattern: RegExp): Promise<string> {
    return waitFor(`a text like ${String(pattern)} in front`, async () => {
      const text = await this.#companion.evaluate(
        (vscode) => vscode.window.activeTextEditor?.document.getText() ?? '',
        null,
      );
      return pattern.test(text) ? text : undefined;
    });
  }

  /** Replaces text of an open file as an edit of the person would, and saves it if asked. */
  async edit(file: string, find: string, replacement: string, save: boolean): Promise<void> {
    await this.#companion.evaluate(
      async (vscode, [name, from, to, saves]) => {
        const document = await vscode.workspace.openTextDocument(vscode.Uri.file(name));
        const start = document.getText().indexOf(from);
        if (start < 0) throw new Error(`"${from}" is not in ${name}`);
        const edit = new vscode.WorkspaceEdit();
        const range = new vscode.Range(document.positionAt(start), document.positionAt(start + from.length));
        edit.replace(document.uri, range, to);
        await vscode.workspace.applyEdit(edit);
        if (saves) await document.save();
      },
      [file, find, replacement, save] as const,
    );
  }

  /** Our findings in a file. */
  problems(file: string): Promise<readonly Problem[]> {
    return this.#companion.evaluate(async (vscode, name) => {
      const uri = vscode.Uri.file(name);
      const document = await vscode.workspace.openTextDocument(uri);
      return vscode.languages
        .getDiagnostics(uri)
        .filter(({ source }) => source === 'Meshlens')
        .map(({ message, code, severity, range }) => ({
          message,
          code: String(typeof code === 'object' ? code.value : code),
          severity,
          range: [range.start.line, range.start.character, range.end.line, range.end.character] as const,
          text: document.getText(range),
        }));
    }, file);
  }

  /** Writes a picture of the window into `test/e2e/out`. */
  async screenshot(name: string): Promise<void> {
    await mkdir(pictures, { recursive: true });
    await this.#page.screenshot({ path: path.join(pictures, `${name}.png`) });
  }
}
