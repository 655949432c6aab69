import { randomBytes } from 'node:crypto';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import {
  ensureCodeServer,
  freePort,
  installExtensions,
  startCodeServer,
  type Editor,
} from '../../../scripts/code-server.mjs';
import { packageExtension } from '../../../scripts/package.mjs';
import { launchBrowser } from './browser.ts';
import { Companion } from './companion.ts';
import { packages } from './packages.ts';
import { Workbench } from './workbench.ts';

/** A real editor with the extension installed, and a browser that shows it. */
export interface RunningEditor {
  readonly page: Page;
  readonly workbench: Workbench;
  readonly companion: Companion;
  /** A copy of the workspace, to be changed at will. */
  readonly folder: string;
  /** What the server printed, for the message of a failing test. */
  readonly output: () => string;
  stop(): Promise<void>;
}

export interface EditorOptions {
  /** Folder to copy and open; an empty one where it is absent. */
  readonly workspace?: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Settings of machine scope. */
  readonly machineSettings?: Readonly<Record<string, unknown>>;
  readonly trust?: boolean;
  /** Folders of further extensions to install. */
  readonly extensions?: readonly string[];
  /** For the server and with it for the extension host and the engine. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** So that nothing but what is tested moves, asks or steals the focus. */
const quietSettings = {
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.enableExperiments': false,
  'chat.disableAIFeatures': true,
  'telemetry.telemetryLevel': 'off',
  'extensions.autoUpdate': false,
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'git.enabled': false,
  'remote.autoForwardPorts': false,
  'editor.minimap.enabled': false,
  'files.autoSave': 'off',
  'security.workspace.trust.startupPrompt': 'never',
  'security.workspace.trust.banner': 'never',
  'security.workspace.trust.untrustedFiles': 'open',
};

/** Starts an editor of its own: fresh folders, a free port, nothing of the person's own. */
export async function startEditor(options: EditorOptions): Promise<RunningEditor> {
  const home = await mkdtemp(path.join(tmpdir(), 'meshlens-e2e-'));
  const closing: (() => Promise<unknown>)[] = [() => rm(home, { recursive: true, force: true, maxRetries: 5 })];
  const stop = async (): Promise<void> => {
    for (let close = closing.pop(); close !== undefined; close = closing.pop()) await close();
  };
  try {
    const folder = path.join(home, 'workspace');
    if (options.workspace === undefined) await mkdir(folder);
    else await cp(options.workspace, folder, { recursive: true });
    for (const [name, text] of Object.entries(options.files ?? {})) await writeFile(path.join(folder, name), text);
    const userData = path.join(home, 'data');
    const extensions = path.join(home, 'extensions');
    await writeSettings(path.join(userData, 'User'), { ...quietSettings, ...options.settings });
    await writeSettings(path.join(userData, 'Machine'), options.machineSettings ?? {});
    const entry = await ensureCodeServer();
    const { meshlens, companion: helper } = await packages();
    const further: string[] = [];
    for (const [at, extension] of (options.extensions ?? []).entries()) {
      const file = path.join(home, `further-${at}.vsix`);
      await packageExtension(file, extension);
      further.push(file);
    }
    await installExtensions({ entry, vsix: [meshlens, helper, ...further], extensions, userData });

    const token = randomBytes(24).toString('hex');
    const file = path.join(home, 'companion.json');
    let printed = '';
    const server: Editor = await startCodeServer({
      entry,
      folder,
      port: (await freePort()) ?? 0,
      extensions,
      userData,
      trust: options.trust ?? true,
      env: {
        MESHLENS_COMPANION_TOKEN: token,
        MESHLENS_COMPANION_FILE: file,
        // The tests need nothing from the network, and a gallery that does not answer must not slow them down.
        EXTENSIONS_GALLERY: JSON.stringify({ serviceUrl: 'http://127.0.0.1:9', itemUrl: 'http://127.0.0.1:9' }),
        ...options.environment,
      },
      log: (text) => (printed = (printed + text).slice(-50_000)),
    });
    closing.push(() => server.stop());
    const browser: Browser = await launchBrowser();
    closing.push(() => browser.close());
    const context: BrowserContext = await browser.newContext({ viewport: { width: 1500, height: 900 } });
    await context.grantPermissions(['clipboard-read', 'clipboard-write']).catch(() => undefined);
    context.setDefaultTimeout(60_000);
    const page = await context.newPage();
    page.on('console', (message) => {
      if (message.type() === 'error') printed = `${printed}\n[page] ${message.text()}`.slice(-50_000);
    });
    await page.goto(server.url);
    const companion = new Companion(file, token);
    const workbench = new Workbench(page, companion);
    await workbench.ready();
    return { page, workbench, companion, folder, output: () => printed, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function writeSettings(folder: string, settings: Readonly<Record<string, unknown>>): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, 'settings.json'), JSON.stringify(settings));
}
