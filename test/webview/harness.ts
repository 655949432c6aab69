import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import type { Server } from 'node:http';
import { createServer } from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import type { Browser, Page } from 'playwright-core';
import { chromium } from 'playwright-core';
import { panelHtml } from '../../src/shared/panel-page.ts';
import type { ThemeName } from './themes.ts';

// The panel outside the editor: our bundle, built into a folder of its own, served under the policy of the real page
// with a fake extension in front of it.

const root = path.resolve(import.meta.dirname, '../..');

export interface HarnessServer {
  readonly origin: string;
  /** Bytes of `panel.js`, minified. */
  readonly scriptSize: number;
  close(): Promise<void>;
}

/** Builds the bundle and serves it on a loopback port. */
export async function startHarness(): Promise<HarnessServer> {
  const out = await mkdtemp(path.join(os.tmpdir(), 'meshlens-webview-'));
  await build({
    absWorkingDir: root,
    entryPoints: {
      panel: 'src/webview/panel.ts',
      'layout.worker': 'src/webview/layout.worker.ts',
      'fake-host': 'test/webview/fake-host.ts',
    },
    outdir: out,
    bundle: true,
    minify: true,
    format: 'iife',
    platform: 'browser',
    target: 'chrome128',
    tsconfig: path.join(root, 'src/webview/tsconfig.json'),
    define: { 'process.env.NODE_ENV': '"production"' },
    logLevel: 'error',
  });
  const codicons = path.join(root, 'node_modules/@vscode/codicons/dist');
  const types: Readonly<Record<string, string>> = {
    '.js': 'text/javascript',
    '.css': 'text/css',
    '.ttf': 'font/ttf',
  };
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    if (pathname === '/') {
      response.setHeader('content-type', 'text/html');
      response.end(pageOf(originOf(server)));
      return;
    }
    const name = path.basename(pathname);
    const file = path.join(name.startsWith('codicon.') ? codicons : out, name);
    readFile(file).then(
      (content) => {
        response.setHeader('content-type', types[path.extname(name)] ?? 'application/octet-stream');
        response.end(content);
      },
      () => {
        response.statusCode = 404;
        response.end();
      },
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const scriptSize = (await readFile(path.join(out, 'panel.js'))).length;
  return {
    origin: originOf(server),
    scriptSize,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(out, { recursive: true, force: true });
    },
  };
}

function originOf(server: Server): string {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The harness does not listen.');
  return `http://127.0.0.1:${address.port}`;
}

function pageOf(origin: string): string {
  const nonce = randomBytes(16).toString('hex');
  const html = panelHtml({
    nonce,
    cspSource: origin,
    scriptUri: `${origin}/panel.js`,
    styleUri: `${origin}/panel.css`,
    codiconUri: `${origin}/codicon.css`,
    layoutWorkerUri: `${origin}/layout.worker.js`,
    locale: 'en',
  });
  return html.replace('<script', `<script nonce="${nonce}" src="${origin}/fake-host.js"></script>\n<script`);
}

/** Where a Chromium is, if there is one on this machine. */
export function chromiumPath(): string | undefined {
  const candidates = [
    process.env['MESHLENS_CHROMIUM'],
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
  ];
  return candidates.find((candidate) => candidate !== undefined && existsSync(candidate));
}

export async function launchChromium(executablePath: string): Promise<Browser> {
  return chromium.launch({
    executablePath,
    headless: true,
    args: [
      '--headless=new',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

export interface OpenOptions {
  readonly scenario?: string;
  readonly theme?: ThemeName;
  readonly width?: number;
  readonly height?: number;
  readonly reducedMotion?: boolean;
}

/** Opens the panel in a fresh page and waits until it shows something. */
export async function openPanel(browser: Browser, server: HarnessServer, options: OpenOptions = {}): Promise<Page> {
  const { scenario = 'bookinfo', theme = 'dark', width = 1400, height = 860 } = options;
  const context = await browser.newContext({
    viewport: { width, height },
    reducedMotion: options.reducedMotion === true ? 'reduce' : 'no-preference',
  });
  const page = await context.newPage();
  await page.goto(`${server.origin}/?scenario=${scenario}&theme=${theme}`);
  await page.locator('.toolbar').waitFor();
  return page;
}

/** Waits until an expression holds in the page. Playwright's own way needs `eval`, which the policy of the page forbids. */
export async function waitUntil(page: Page, expression: string): Promise<void> {
  const end = performance.now() + 30_000;
  while (performance.now() < end) {
    if ((await page.evaluate(`Boolean(${expression})`)) === true) return;
    await page.waitForTimeout(20);
  }
  throw new Error(`This did not become true in the page: ${expression}`);
}
