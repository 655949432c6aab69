import { existsSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Browser } from 'playwright-core';
import { cached } from '../../../scripts/code-server/cache.mjs';
import { npm } from '../../../scripts/code-server/programs.mjs';

const version = '153.0.0';
const pins = path.join(import.meta.dirname, '..', 'chromium');

/** Names and places of browsers that understand what Chromium understands. */
const names = [
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  'microsoft-edge',
  'microsoft-edge-stable',
];
const places = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
];

/** Starts a browser: the one of `MESHLENS_CHROMIUM` (`npm` for the one from npm), else the system's, else one from npm. */
export async function launchBrowser(): Promise<Browser> {
  const wanted = process.env['MESHLENS_CHROMIUM'];
  const found = wanted === 'npm' ? undefined : (wanted ?? onPath() ?? places.find((place) => existsSync(place)));
  const args = ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu', '--force-color-profile=srgb'];
  if (found !== undefined) return chromium.launch({ executablePath: found, args });
  const { executablePath, args: own } = await packagedChromium();
  return chromium.launch({ executablePath, args: [...own, ...args], headless: true });
}

function onPath(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(path.delimiter);
  return names
    .flatMap((name) => folders.map((folder) => path.join(folder, process.platform === 'win32' ? `${name}.exe` : name)))
    .find((file) => existsSync(file));
}

async function packagedChromium(): Promise<{ readonly executablePath: string; readonly args: readonly string[] }> {
  const home = await cached(`chromium-${version}`, async (directory) => {
    for (const file of ['package.json', 'package-lock.json']) {
      await copyFile(path.join(pins, file), path.join(directory, file));
    }
    await npm(['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], directory);
  });
  const entry = createRequire(path.join(home, 'package.json')).resolve('@sparticuz/chromium');
  const loaded = (await import(pathToFileURL(entry).href)) as {
    readonly default: { readonly args: readonly string[]; executablePath(): Promise<string> };
  };
  return { executablePath: await loaded.default.executablePath(), args: loaded.default.args };
}
