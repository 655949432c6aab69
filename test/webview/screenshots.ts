import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { chromiumPath, launchChromium, openPanel, startHarness } from './harness.ts';
import type { OpenOptions } from './harness.ts';

// Pictures of the panel for people to look at:  node test/webview/screenshots.ts FOLDER [NAME…]

interface Shot extends OpenOptions {
  readonly name: string;
  readonly act?: (page: Page) => Promise<void>;
}

const selectV3 = async (page: Page): Promise<void> => {
  await page.evaluate("document.querySelector('[data-node-id=reviews-v3]').click()");
  await page.locator('.chart-line').first().waitFor({ state: 'attached' });
};

const shots: readonly Shot[] = [
  { name: 'dark', act: selectV3 },
  { name: 'light', theme: 'light', act: selectV3 },
  { name: 'high-contrast', theme: 'high-contrast', act: selectV3 },
  { name: 'high-contrast-light', theme: 'high-contrast-light', act: selectV3 },
  { name: 'overview' },
  { name: 'overview-light', theme: 'light', act: (page) => page.keyboard.press('l') },
  {
    name: 'edge',
    act: (page) => page.evaluate('document.querySelector(\'[data-edge-id="edge/productpage/reviews-v3"]\').click()'),
  },
  { name: 'find', act: (page) => page.fill('#find', 'errors > 1 %') },
  { name: 'empty', scenario: 'empty' },
  { name: 'loading', scenario: 'loading' },
  { name: 'help', act: (page) => page.keyboard.press('?') },
  { name: 'display', act: (page) => page.click('#display-menu-button') },
  {
    name: 'stopped',
    act: (page) => page.evaluate("harness.status('stopped')"),
  },
  { name: 'small', width: 720, height: 520 },
  { name: 'editor', width: 1080, height: 700 },
  { name: 'generated-300', scenario: 'generated-300-900' },
  {
    name: 'generated-near',
    scenario: 'generated-300-900',
    act: async (page) => {
      for (let step = 0; step < 7; step++) await page.click('[aria-label="Zoom in (+)"]');
    },
  },
  {
    name: 'generated-middle',
    scenario: 'generated-300-900',
    act: async (page) => {
      for (let step = 0; step < 4; step++) await page.click('[aria-label="Zoom in (+)"]');
    },
  },
  { name: 'generated-1000', scenario: 'generated-1000-4000' },
  {
    name: 'trace',
    act: async (page) => {
      await page.keyboard.press('t');
      await page.locator('.trace-row').first().click();
      await page.locator('.wf-row[data-span-id]').nth(8).click();
    },
  },
  {
    name: 'trace-light',
    theme: 'light',
    act: async (page) => {
      await page.keyboard.press('t');
      await page.locator('.trace-row').first().click();
    },
  },
  ...(['dark', 'light'] as const).map((theme): Shot => ({
    name: `trace-narrow-${theme}`,
    theme,
    width: 500,
    height: 800,
    act: async (page) => {
      await page.keyboard.press('t');
      await page.locator('.trace-row').first().click();
    },
  })),
  { name: 'quiet', scenario: 'quiet' },
  { name: 'cluster', scenario: 'cluster' },
  { name: 'cluster-light', scenario: 'cluster', theme: 'light', act: selectV3 },
  { name: 'cluster-declared', scenario: 'cluster-declared' },
  { name: 'cluster-declared-light', scenario: 'cluster-declared', theme: 'light' },
  {
    name: 'first-edges',
    scenario: 'quiet',
    act: async (page) => {
      await page.waitForTimeout(500);
      await page.evaluate('harness.bookinfo({ shares: [0, 0.5, 0.5], onlyBusyEdges: true })');
    },
  },
];

const [folder = 'out', ...names] = process.argv.slice(2);
const executable = chromiumPath();
if (executable === undefined) throw new Error('No Chromium on this machine.');
await mkdir(folder, { recursive: true });
const server = await startHarness();
const browser = await launchChromium(executable);
try {
  for (const shot of shots) {
    if (names.length > 0 && !names.includes(shot.name)) continue;
    const page = await openPanel(browser, server, shot);
    page.on('pageerror', (error) => console.error(shot.name, error.stack));
    if (shot.scenario !== 'empty' && shot.scenario !== 'loading')
      await page.locator('#graph:not([data-nodes="0"])').waitFor();
    await page.evaluate('document.fonts.ready');
    await shot.act?.(page);
    await page.waitForTimeout(700);
    await page.screenshot({ path: path.join(folder, `${shot.name}.png`) });
    const violations = await page.evaluate('harness.violations');
    if (Array.isArray(violations) && violations.length > 0) console.error(shot.name, violations);
    await page.context().close();
  }
} finally {
  await browser.close();
  await server.close();
}
