import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Browser, Locator, Page } from 'playwright-core';
import type { HarnessServer, OpenOptions } from '../../webview/harness.ts';
import { chromiumPath, launchChromium, openPanel, startHarness, waitUntil } from '../../webview/harness.ts';

// The built panel in a real browser, under the policy of the real page, with a made extension in front of it.

const executable = chromiumPath();

interface SavedState {
  readonly positions: Record<string, { x: number; y: number }>;
  readonly viewport?: { zoom: number; x: number; y: number };
  readonly fitted?: boolean;
  readonly selection?: string;
  readonly showList: boolean;
}

interface Posted {
  readonly type: string;
  readonly action?: { readonly action: string; readonly [key: string]: unknown };
}

describe('panel', { skip: executable === undefined ? 'no Chromium on this machine' : false }, () => {
  let server: HarnessServer;
  let browser: Browser;
  const pages: Page[] = [];

  before(async () => {
    server = await startHarness();
    browser = await launchChromium(executable ?? '');
  });

  after(async () => {
    await browser.close();
    await server.close();
  });

  async function open(options: OpenOptions = {}): Promise<Page> {
    for (const page of pages.splice(0)) await page.context().close();
    const page = await openPanel(browser, server, { reducedMotion: true, ...options });
    pages.push(page);
    return page;
  }

  async function openBookinfo(options: OpenOptions = {}): Promise<Page> {
    const page = await open(options);
    await page.locator('#graph[data-nodes="8"]').waitFor();
    await saved(page, (state) => Object.keys(state.positions).length === 8);
    return page;
  }

  /** The state the panel kept, once it fits. */
  async function saved(page: Page, fits: (state: SavedState) => boolean): Promise<SavedState> {
    for (let attempt = 0; attempt < 200; attempt++) {
      const text = await page.evaluate("sessionStorage.getItem('state')");
      const state = typeof text === 'string' ? (JSON.parse(text) as SavedState) : undefined;
      if (state !== undefined && fits(state)) return state;
      await page.waitForTimeout(25);
    }
    throw new Error('The panel did not keep such a state.');
  }

  const item = (page: Page, id: string) => page.locator(`[data-node-id="${id}"]`);
  const edgeItem = (page: Page, id: string) => page.locator(`[data-edge-id="edge/${id}"]`);
  const heading = (page: Page) => page.locator('meshlens-side h2');
  const actions = async (page: Page): Promise<NonNullable<Posted['action']>[]> => {
    const posted = await page.evaluate<Posted[]>('harness.posted');
    return posted.flatMap((message) => (message.action === undefined ? [] : [message.action]));
  };

  /** Waits until the element says it. */
  async function says(element: Locator, text: string | RegExp): Promise<void> {
    await element.filter({ hasText: text }).waitFor({ state: 'attached' });
  }

  /** Where a card is on the screen, from the state the panel keeps. */
  async function cardPoint(page: Page, id: string): Promise<{ x: number; y: number }> {
    const state = await saved(page, (value) => value.viewport !== undefined && value.positions[id] !== undefined);
    const box = await page.locator('#graph').boundingBox();
    const place = state.positions[id];
    assert.ok(box !== null && place !== undefined && state.viewport !== undefined);
    const { zoom, x, y } = state.viewport;
    return { x: box.x + x + place.x * zoom, y: box.y + y + place.y * zoom };
  }

  it('shows every node and edge with its numbers, within the content security policy', async () => {
    const page = await openBookinfo();
    assert.equal(await page.locator('[data-node-id]').count(), 8);
    assert.equal(await page.locator('[data-edge-id]').count(), 8);
    assert.equal(await edgeItem(page, 'productpage/reviews-v1').getAttribute('data-share'), '0.6');
    assert.equal(await item(page, 'reviews-v3').getAttribute('data-health'), 'degraded');
    assert.equal(await item(page, 'ratings').getAttribute('data-ready'), '1');
    assert.equal(await item(page, 'traffic').getAttribute('data-rate'), '48');
    assert.match(
      await page.locator('#summary').innerText(),
      /^8 workloads · 5 services · 48 requests\/s · 0\.4.% errors/,
    );
    // Every part of the page that could break the policy is shown once.
    await page.keyboard.press('?');
    await page.keyboard.press('Escape');
    await page.click('#display-menu-button');
    await page.keyboard.press('Escape');
    await page.keyboard.press('t');
    await page.locator('.trace-row').first().click();
    await page.locator('.wf-row[data-span-id]').first().click();
    await page.locator('.wf-details').waitFor();
    assert.deepEqual(await page.evaluate('harness.violations'), []);
  });

  it('lays calls out from left to right', async () => {
    const page = await openBookinfo();
    const { positions } = await saved(page, () => true);
    const order = ['traffic', 'ingress', 'productpage', 'reviews-v2', 'ratings'].map((id) => positions[id]?.x ?? 0);
    assert.deepEqual(
      order,
      [...order].sort((a, b) => a - b),
    );
    const column = ['reviews-v1', 'reviews-v2', 'reviews-v3'].map((id) => positions[id]?.x);
    assert.equal(new Set(column).size, 1, 'versions of one app stand in a column');
  });

  it('selects by a click on the card, tells state and reason first, and lets go on the background', async () => {
    const page = await openBookinfo();
    const { x, y } = await cardPoint(page, 'reviews-v3');
    await page.mouse.click(x, y);
    await page.locator('meshlens-side h2', { hasText: 'reviews v3' }).waitFor();
    assert.equal(await item(page, 'reviews-v3').getAttribute('aria-selected'), 'true');
    const box = page.locator('meshlens-side .health-box');
    assert.equal(await box.getAttribute('data-health'), 'degraded');
    assert.match(await box.innerText(), /4\.1 % of inbound requests answer 503/);
    await page.locator('.chart-line.requests').waitFor({ state: 'attached' });
    await page.mouse.click(x, y + 160);
    await page.locator('meshlens-side h2', { hasText: 'bookinfo' }).waitFor();
  });

  it('opens the line of YAML that shaped a node, and asks for what its buttons say', async () => {
    const page = await openBookinfo();
    await page.evaluate("document.querySelector('[data-node-id=reviews-v3]').click()");
    await page.locator('meshlens-side .link', { hasText: 'reviews-route.yaml:31' }).click();
    await page.locator('vscode-button', { hasText: 'Restart' }).click();
    await page.locator('vscode-button', { hasText: 'Send request' }).click();
    await page.locator('vscode-button', { hasText: 'Show route' }).click();
    const asked = await actions(page);
    assert.deepEqual(
      asked.map(({ action }) => action),
      ['open-source', 'restart-service', 'send-request', 'show-route'],
    );
    assert.equal((asked[0]?.['source'] as { resource: { kind: string } }).resource.kind, 'DestinationRule');
    assert.deepEqual(asked[1], { action: 'restart-service', namespace: 'bookinfo', name: 'reviews-v3' });
    assert.equal(asked[2]?.['host'], 'reviews.bookinfo.svc.cluster.local');
  });

  it('finds by name and by numbers, and steps through what it found', async () => {
    const page = await openBookinfo();
    await page.keyboard.press('/');
    await page.keyboard.type('reviews');
    await page.locator('#find-result', { hasText: '3 found' }).waitFor();
    await page.keyboard.press('Enter');
    await says(heading(page), 'reviews v1');
    await page.keyboard.press('Enter');
    await says(heading(page), 'reviews v2');
    await page.fill('#find', 'errors > 1 %');
    await page.locator('#find-result', { hasText: '2 found' }).waitFor();
    await page.fill('#find', 'colour = red');
    await page.locator('#find-result', { hasText: 'There is no field' }).waitFor();
    await page.keyboard.press('Escape');
    assert.equal(await page.inputValue('#find'), '');
  });

  it('walks along calls by arrow keys, opens by Enter, goes back by Escape', async () => {
    const page = await openBookinfo();
    await page.locator('#graph').focus();
    const heard = page.locator('#announcement');
    await page.keyboard.press('ArrowRight');
    await says(heard, /healthy|degraded/);
    await page.evaluate("document.querySelector('[data-node-id=productpage]').click()");
    await page.locator('#graph').focus();
    await page.keyboard.press('ArrowLeft');
    await says(heard, /^ingress: healthy, 48\/s/);
    await page.keyboard.press('ArrowLeft');
    await says(heard, /^traffic: /);
    await page.keyboard.press('Enter');
    await says(heading(page), 'traffic');
    await page.keyboard.press('Enter');
    assert.deepEqual((await actions(page)).at(-1)?.action, 'open-source');
    await page.keyboard.press('Escape');
    await says(heading(page), 'bookinfo');
  });

  it('has the same content as a tree that the keyboard walks', async () => {
    const page = await openBookinfo();
    await page.keyboard.press('l');
    const tree = page.getByRole('tree');
    await tree.waitFor();
    await item(page, 'productpage').click();
    await item(page, 'productpage').focus();
    await page.keyboard.press('ArrowDown');
    assert.equal(await page.evaluate('document.activeElement.dataset.edgeId'), 'edge/productpage/details');
    await page.keyboard.press('Enter');
    await page.locator('meshlens-side h2', { hasText: 'productpage → details' }).waitFor();
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('ArrowLeft');
    assert.equal(await item(page, 'productpage').getAttribute('aria-expanded'), 'false');
    assert.equal(await edgeItem(page, 'productpage/details').count(), 0);
  });

  it('moves neither cards nor viewport on a refresh, and finds a place for new cards near their callers', async () => {
    const page = await openBookinfo();
    const before = await saved(page, (state) => state.viewport !== undefined);
    await page.evaluate('harness.bookinfo({ shares: [0.5, 0.5, 0], extraDetails: 2, ratingsDown: false })');
    await page.locator('#graph[data-nodes="10"]').waitFor();
    assert.equal(await edgeItem(page, 'productpage/reviews-v2').getAttribute('data-share'), '0.5');
    const now = await saved(page, (state) => state.positions['details-extra-1'] !== undefined);
    for (const [id, place] of Object.entries(before.positions)) assert.deepEqual(now.positions[id], place, id);
    assert.deepEqual(now.viewport, before.viewport);
    const added = now.positions['details-extra-0'];
    const caller = now.positions['productpage'];
    assert.ok(added !== undefined && caller !== undefined && added.x > caller.x);
  });

  it('moves a card that had no edge to its callers with its first one, and shows it there', async () => {
    // With motion: the card arrives all the same.
    const page = await openBookinfo({ scenario: 'quiet', reducedMotion: false });
    const before = await saved(page, ({ viewport }) => viewport !== undefined);
    assert.ok((before.positions['ratings']?.x ?? 0) < (before.positions['reviews-v2']?.x ?? 0));
    await page.evaluate('harness.bookinfo({ shares: [0, 0.5, 0.5], onlyBusyEdges: true })');
    const now = await saved(page, ({ positions }) => positions['ratings']?.x !== before.positions['ratings']?.x);
    for (const [id, place] of Object.entries(before.positions)) {
      if (id === 'ratings') assert.ok((now.positions[id]?.x ?? 0) > (now.positions['reviews-v2']?.x ?? Infinity));
      else assert.deepEqual(now.positions[id], place, id);
    }
    const { x, y } = await cardPoint(page, 'ratings');
    const box = await page.locator('#graph').boundingBox();
    assert.ok(box !== null && x > box.x && x < box.x + box.width && y > box.y && y < box.y + box.height);
    // The picture of the card rests where it is said to be.
    await page.mouse.click(x, y);
    await says(heading(page), 'ratings');
  });

  it('fits again in a room of another size until somebody zooms, across a reload too', async () => {
    const page = await openBookinfo();
    const wide = await saved(page, ({ viewport, fitted }) => viewport !== undefined && fitted === true);
    await page.setViewportSize({ width: 900, height: 600 });
    const small = await saved(page, ({ viewport }) => (viewport?.zoom ?? 9) < (wide.viewport?.zoom ?? 0));
    await page.reload();
    await page.locator('#graph[data-nodes="8"]').waitFor();
    await page.setViewportSize({ width: 1400, height: 860 });
    const again = await saved(page, ({ viewport }) => (viewport?.zoom ?? 0) > (small.viewport?.zoom ?? 9));
    assert.deepEqual(again.viewport, wide.viewport);
    await page.keyboard.press('-');
    const zoomed = await saved(page, ({ fitted }) => fitted !== true);
    await page.setViewportSize({ width: 900, height: 600 });
    await waitUntil(page, "document.querySelector('#graph').clientWidth < 900");
    // Twice the time after which a fitted picture follows.
    await page.waitForTimeout(300);
    await page.evaluate("document.querySelector('[data-node-id=productpage]').click()");
    const left = await saved(page, ({ selection }) => selection === 'productpage');
    assert.equal(left.viewport?.zoom, zoomed.viewport?.zoom);
  });

  it('says changes of health to the live region', async () => {
    const page = await openBookinfo();
    await page.evaluate('harness.bookinfo({ ratingsDown: false, v3Errors: 0 })');
    await page.locator('#announcement', { hasText: 'is healthy again' }).waitFor({ state: 'attached' });
  });

  it('asks for the whole graph again when a delta is missing', async () => {
    const page = await openBookinfo();
    await page.evaluate(
      "harness.send({ type: 'topology', delta: { ...harness.graph, from: 90, to: 91, removed: { nodes: [], edges: [], boxes: [] } } })",
    );
    await waitUntil(page, "harness.posted.filter((m) => m.method === 'subscribe').length >= 2");
  });

  it('keeps selection, list, positions and viewport across a reload', async () => {
    const page = await openBookinfo();
    const { x, y } = await cardPoint(page, 'details');
    const start = await saved(page, (state) => state.viewport !== undefined);
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move(x + 40, y - 60, { steps: 5 });
    await page.mouse.up();
    await page.keyboard.press('+');
    await page.keyboard.press('l');
    await page.evaluate("document.querySelector('[data-node-id=productpage]').click()");
    const settled = await saved(
      page,
      ({ selection, showList, positions, viewport }) =>
        selection === 'productpage' &&
        showList &&
        positions['details']?.y !== start.positions['details']?.y &&
        viewport?.zoom !== start.viewport?.zoom,
    );
    await page.reload();
    await page.locator('#graph[data-nodes="8"]').waitFor();
    await says(heading(page), 'productpage');
    assert.ok(await page.getByRole('tree').isVisible());
    await page.evaluate("document.querySelector('[data-node-id=details]').click()");
    const now = await saved(page, (state) => state.selection === 'details');
    assert.deepEqual(now.positions, settled.positions);
    assert.deepEqual(now.viewport, settled.viewport);
  });

  it('follows the theme of the editor', async () => {
    const page = await openBookinfo();
    const { x, y } = await cardPoint(page, 'productpage');
    const pixel = async (): Promise<number> => {
      const clip = { x: Math.round(x) + 10, y: Math.round(y) + 14, width: 1, height: 1 };
      const image = await page.screenshot({ clip });
      const read = `(async () => {
        const bitmap = await createImageBitmap(new Blob([Uint8Array.from(atob('${image.toString('base64')}'), (c) => c.charCodeAt(0))]));
        const context = new OffscreenCanvas(1, 1).getContext('2d');
        context.drawImage(bitmap, 0, 0);
        return context.getImageData(0, 0, 1, 1).data[0];
      })()`;
      return Number(await page.evaluate(read));
    };
    const turns = async (fits: (red: number) => boolean): Promise<void> => {
      for (let attempt = 0; attempt < 100; attempt++) if (fits(await pixel())) return;
      assert.fail(`The card did not take the colour of the theme; its red is ${await pixel()}.`);
    };
    await turns((red) => red > 20 && red < 80);
    await page.evaluate("harness.setTheme('light')");
    await turns((red) => red > 200);
    await page.evaluate("harness.setTheme('high-contrast')");
    await turns((red) => red < 20);
    assert.deepEqual(await page.evaluate('harness.violations'), []);
  });

  it('designs the states without a picture', async () => {
    const empty = await open({ scenario: 'empty' });
    await empty.locator('[data-screen="empty"]', { hasText: 'No local mesh is running' }).waitFor();
    await empty.locator('[data-screen="empty"] vscode-button').click();
    assert.deepEqual((await actions(empty)).at(-1), { action: 'start-mesh' });
    const loading = await open({ scenario: 'loading' });
    await loading.locator('[data-screen="loading"]').waitFor();
    await loading.evaluate("harness.send({ type: 'engine', state: 'stopped', message: 'It crashed three times.' })");
    await loading.locator('[data-screen="error"]', { hasText: 'It crashed three times.' }).waitFor();
    assert.equal(await loading.locator('.live').getAttribute('data-live'), 'failing');
  });

  it('tells a stopped mesh, a restarting engine, a refused configuration and old data', async () => {
    const page = await openBookinfo();
    await page.evaluate("harness.status('stopped')");
    await page.locator('.banner', { hasText: 'The local mesh is stopped.' }).waitFor();
    await page.evaluate(
      "harness.status('running', { config: { generation: 4, appliedAt: '2026-11-23T00:00:00Z', rejected: { at: '2026-11-23T00:00:01Z', message: 'reviews-route.yaml line 9: no such host.', source: { resource: { apiVersion: 'networking.istio.io/v1', kind: 'VirtualService', namespace: 'bookinfo', name: 'reviews' }, path: [], uri: 'file:///w/reviews-route.yaml' } } } })",
    );
    await page.locator('.banner', { hasText: 'keeps the last good configuration' }).waitFor();
    const refused = page.locator('[data-attention="config"]');
    await refused.locator('[data-source]', { hasText: 'reviews-route.yaml' }).waitFor();
    const [row, words] = [await refused.boundingBox(), await refused.locator('.attention-text .quiet').boundingBox()];
    assert.ok(row && words && words.width > 0.7 * row.width, 'the reason has the width of the row');
    await page.evaluate("harness.send({ type: 'engine', state: 'restarting' })");
    await page.locator('.banner', { hasText: 'restarting' }).waitFor();
    await page.evaluate("harness.send({ type: 'engine', state: 'running' })");
    await page.locator('.live[data-live="healthy"]').waitFor();
    await page.evaluate('harness.silent = true');
    await page.locator('.banner', { hasText: 'Data is' }).waitFor({ timeout: 15_000 });
    assert.equal(await page.locator('.live').getAttribute('data-live'), 'degraded');
  });

  describe('clusters', () => {
    const source = (page: Page) => page.locator('select[aria-label="Source of the topology"]');
    const subscriptions = (page: Page) =>
      page.evaluate<{ source: string; contexts: string[]; window: number }[]>(
        "harness.posted.filter(({ method }) => method === 'subscribe').map(({ params }) => params)",
      );

    it('are no choice where there are none', async () => {
      const page = await openBookinfo();
      assert.equal(await source(page).count(), 0);
    });

    it('are chosen from the keyboard, with windows of their own', async () => {
      const page = await open({ scenario: 'cluster' });
      await page.locator('#graph[data-nodes="7"]').waitFor();
      assert.deepEqual(await source(page).locator('option').allTextContents(), [
        'Local mesh bookinfo',
        'kind-shop',
        'kind-edge',
        'All clusters',
      ]);
      const windows = page.locator('select[aria-label="Time window"] option');
      assert.equal((await windows.allTextContents()).at(-1), 'Last 6 h');
      await source(page).focus();
      await page.keyboard.press('ArrowUp');
      await page.keyboard.press('Enter');
      await page.locator('#graph[data-nodes="8"]').waitFor();
      assert.equal((await windows.allTextContents()).at(-1), 'Last 5 min');
      await source(page).selectOption('All clusters');
      await page.locator('#graph[data-nodes="7"]').waitFor();
      assert.deepEqual(
        (await subscriptions(page)).slice(-3).map((params) => [params.source, params.contexts, params.window]),
        [
          ['cluster', ['kind-shop'], 600],
          ['local', [], 60],
          ['cluster', [], 600],
        ],
      );
    });

    it('say how a workload takes part, open its YAML, and offer nothing that only the local mesh can', async () => {
      const page = await open({ scenario: 'cluster' });
      await page.locator('#graph[data-nodes="7"]').waitFor();
      await page.evaluate("document.querySelector('[data-node-id=details]').click()");
      await says(page.locator('meshlens-side .side-header .quiet'), /workload · 1 of 1 instance · ambient/);
      await page.locator('meshlens-side .link', { hasText: 'Open YAML' }).click();
      const [opened] = (await actions(page)).slice(-1);
      assert.deepEqual([opened?.action, opened?.['context']], ['open-object', 'kind-shop']);
      assert.equal(await page.locator('meshlens-side vscode-button').count(), 0);
      assert.equal(await page.locator('meshlens-side h3', { hasText: 'Recent traces' }).count(), 0);
    });

    it('without metrics: what is declared, dotted, and why there is no more', async () => {
      const page = await open({ scenario: 'cluster-declared' });
      await page.locator('#graph[data-nodes="7"]').waitFor();
      const edge = edgeItem(page, 'productpage/reviews-v1');
      assert.match((await edge.textContent()) ?? '', /60.%, declared, no traffic known/);
      await says(page.locator('#summary'), /traffic not known/);
      await says(page.locator('[data-telemetry="missing"]'), /connected · no metrics/);
      const banner = page.locator('.banner', { hasText: 'No Prometheus was found' });
      assert.equal(await banner.count(), 1, 'it is said once');
      await banner.locator('button', { hasText: 'Open settings' }).click();
      assert.deepEqual((await actions(page)).at(-1), { action: 'open-metrics-settings' });
      await page.evaluate('document.querySelector(\'[data-edge-id="edge/productpage/reviews-v1"]\').click()');
      await says(page.locator('meshlens-side .health-box'), /its traffic is not known/);
      assert.equal(await page.locator('meshlens-side .chart-line').count(), 0);
      await page.click('#display-menu-button');
      await page.locator('[data-display="declaredEdges"]').click();
      await page.locator('#graph[data-edges="0"]').waitFor();
    });

    it('say of numbers that nobody measures that they are not measured, instead of 0', async () => {
      const page = await open({ scenario: 'cluster-declared' });
      await page.locator('#graph[data-nodes="7"]').waitFor();
      await page.evaluate("document.querySelector('[data-node-id=productpage]').click()");
      await says(page.locator('meshlens-side [data-unmeasured]'), /not measured/);
      assert.equal(await page.locator('meshlens-side .chart').count(), 0);
      assert.doesNotMatch((await page.locator('meshlens-side').textContent()) ?? '', /idle/);
      const measured = await open({ scenario: 'cluster' });
      await measured.locator('#graph[data-nodes="7"]').waitFor();
      await measured.evaluate("document.querySelector('[data-node-id=productpage]').click()");
      await measured.locator('meshlens-side .chart').first().waitFor();
      assert.equal(await measured.locator('meshlens-side [data-unmeasured]').count(), 0);
    });

    it('say of a policy that only the workspace has that it is not applied', async () => {
      const page = await open({ scenario: 'cluster' });
      await page.locator('#graph[data-nodes="7"]').waitFor();
      await page.evaluate(`(() => {
        const graph = structuredClone(harness.graph);
        const node = graph.nodes.find(({ id }) => id === 'details');
        const resource = { apiVersion: 'security.istio.io/v1', kind: 'PeerAuthentication', namespace: 'bookinfo', name: 'default' };
        node.shapedBy = [{ resource, path: [], uri: 'file:///p.yaml', isUnapplied: true }];
        harness.send({ type: 'topology', delta: { from: graph.version, to: graph.version + 1, nodes: [node], edges: [], boxes: [],
          removed: { nodes: [], edges: [], boxes: [] }, summary: graph.summary, asOf: graph.asOf, window: 600, warnings: [] } });
      })()`);
      await page.evaluate("document.querySelector('[data-node-id=details]').click()");
      await says(
        page.locator('meshlens-side .row', { hasText: 'PeerAuthentication' }),
        /default\s+not applied\s+p\.yaml/,
      );
    });

    it('offer no traces, which only the local mesh keeps', async () => {
      const page = await open({ scenario: 'cluster' });
      await page.locator('#graph[data-nodes="7"]').waitFor();
      const traces = page.locator('.toolbar button', { hasText: 'Traces' });
      assert.equal(await traces.count(), 0);
      await source(page).selectOption('Local mesh bookinfo');
      await page.locator('#graph[data-nodes="8"]').waitFor();
      assert.equal(await traces.count(), 1);
    });

    it('tell why there is no picture', async () => {
      const page = await open({ scenario: 'cluster' });
      await page.locator('#graph[data-nodes="7"]').waitFor();
      await page.evaluate(
        "harness.silent = true; harness.send({ type: 'clusters', clusters: [{ ...harness.clusters[0], context: 'far', phase: 'unreachable', message: 'No way to 10.0.0.1.' }] }); harness.send({ type: 'show', source: 'cluster', contexts: ['far'] })",
      );
      await page.locator('[data-screen="error"]', { hasText: 'far cannot be reached' }).waitFor();
      await page.locator('[data-screen="error"] vscode-button', { hasText: 'Show clusters' }).click();
      assert.deepEqual((await actions(page)).at(-1), { action: 'show-clusters' });
      await page.evaluate("harness.send({ type: 'show', source: 'cluster', contexts: ['gone'] })");
      await page.locator('[data-screen="cluster"]', { hasText: 'Not connected to gone' }).waitFor();
    });
  });

  it('shows the whole picture after something was chosen behind the traces', async () => {
    const page = await openBookinfo();
    const { viewport: before } = await saved(page, ({ fitted, viewport }) => fitted === true && viewport !== undefined);
    await page.locator('.toolbar button', { hasText: 'Traces' }).click();
    await page.locator('#graph').waitFor({ state: 'hidden' });
    // Another size, so that the picture has another place when it is seen again.
    await page.setViewportSize({ width: 1000, height: 700 });
    await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
    await page.evaluate("harness.send({ type: 'show', select: 'ratings' })");
    await page.locator('#graph').waitFor();
    const { fitted, viewport } = await saved(
      page,
      ({ viewport: now }) => JSON.stringify(now) !== JSON.stringify(before),
    );
    assert.equal(fitted, true, JSON.stringify(viewport));
  });

  it('shows a trace as a waterfall with instances, retries and attributes', async () => {
    const page = await openBookinfo();
    await page.evaluate("document.querySelector('[data-node-id=reviews-v3]').click()");
    await page.locator('meshlens-side [data-trace-id]').first().click();
    const rows = page.locator('.wf-row[data-span-id]');
    await rows.nth(10).waitFor();
    assert.equal(await rows.count(), 11);
    assert.equal(await rows.nth(8).getAttribute('data-status'), 'error');
    assert.match(await rows.nth(9).innerText(), /reviews-v3-1 · retry 1/);
    assert.equal(await rows.nth(10).getAttribute('data-instance'), 'ratings-v1-0');
    await rows.nth(8).focus();
    await page.keyboard.press('Enter');
    await page.locator('[data-span-event="retry"]', { hasText: 'connection refused' }).waitFor();
    await page.locator('vscode-checkbox', { hasText: 'Only errors' }).click();
    await waitUntil(page, "document.querySelectorAll('.trace-row').length === 2");
    await page.keyboard.press('Escape');
    await page.locator('#graph').waitFor();
  });

  it('keeps names, bars and times of a waterfall apart in a narrow panel', async () => {
    const page = await openBookinfo({ width: 500, height: 800 });
    await page.keyboard.press('t');
    await page.locator('.trace-row', { hasText: 'GET /productpage' }).first().click();
    const rows = page.locator('.wf-row[data-span-id]');
    await rows.nth(10).waitFor();
    const rights = async (selector: string): Promise<{ left: number; right: number }[]> =>
      page.evaluate(
        `[...document.querySelectorAll('${selector}')].map((item) => item.getBoundingClientRect()).filter(({ width }) => width > 0).map(({ left, right }) => ({ left, right }))`,
      );
    const [names, bars, times] = await Promise.all([
      rights('.wf-name .wf-words'),
      rights('.wf-bar-cell'),
      rights('.wf-time'),
    ]);
    assert.equal(bars.length, 11);
    bars.forEach(({ left, right }, index) => {
      assert.ok(right - left >= 0.45 * 500, `bars have ${right - left} px`);
      assert.ok((names[index]?.right ?? Infinity) <= left, 'the name ends before the bar');
      assert.ok((names[index]?.right ?? 0) - (names[index]?.left ?? 0) >= 60, 'the name can be read');
      assert.ok((times[index + 1]?.left ?? 0) >= right, 'the time starts after the bar');
    });
    const labels = await rights('.wf-scale span');
    assert.ok(labels.length >= 2);
    labels.slice(1).forEach(({ left }, index) => assert.ok(left >= (labels[index]?.right ?? Infinity)));
    assert.match(await rows.nth(9).innerText(), /→ GET \/ratings\/0[^]*retry 1/);
    assert.doesNotMatch(await rows.nth(9).innerText(), /reviews-v3-1/);
    assert.equal(
      await rows.nth(9).getAttribute('title'),
      'ratings.bookinfo.svc.cluster.local:9080/* · reviews-v3-1 · retry 1',
    );
    // Without a request the name of the operation has to do.
    assert.match(await rows.nth(3).innerText(), /render page/);
  });

  it('exports the picture and the data', async () => {
    const page = await openBookinfo();
    for (const entry of ['Picture (PNG)', 'Drawing (SVG)', 'Data (JSON)']) {
      await page.click('#export-menu-button');
      await page.locator('.menu-item', { hasText: entry }).click();
    }
    await waitUntil(page, "harness.posted.filter((m) => m.action?.action === 'export').length === 3");
    const exports = (await actions(page)).filter(({ action }) => action === 'export');
    const byFormat = new Map(exports.map((entry) => [String(entry['format']), String(entry['data'])]));
    const png = Buffer.from(byFormat.get('png') ?? '', 'base64');
    assert.deepEqual([...png.subarray(0, 8)], [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
    assert.match(byFormat.get('svg') ?? '', /^<svg [^]*>productpage<\/text>[^]*<\/svg>$/);
    assert.equal((JSON.parse(byFormat.get('json') ?? '') as { nodes: unknown[] }).nodes.length, 8);
    assert.deepEqual(await page.evaluate('harness.violations'), []);
  });

  it('shows hostile names as text', async () => {
    const page = await openBookinfo();
    await page.evaluate(`(() => {
      const graph = structuredClone(harness.graph);
      const node = graph.nodes.find((item) => item.id === 'details');
      node.label = '<img src=x onerror=alert(1)>';
      harness.send({ type: 'topology', delta: { from: graph.version, to: graph.version + 1, nodes: [node], edges: [], boxes: [],
        removed: { nodes: [], edges: [], boxes: [] }, summary: graph.summary, asOf: graph.asOf, window: 60, warnings: [] } });
    })()`);
    await page.locator('[data-node-id="details"]', { hasText: '<img src=x' }).waitFor({ state: 'attached' });
    assert.equal(await page.locator('meshlens-panel img').count(), 0);
  });

  it('groups a large mesh by namespace and opens one on demand', async () => {
    const page = await open({ scenario: 'generated-1000-4000' });
    await page.locator('#graph[data-nodes="40"]').waitFor();
    await page.evaluate("document.querySelector('[data-kind=namespace]').click()");
    await page.locator('vscode-button', { hasText: 'Open namespace' }).click();
    await page.locator('#graph[data-nodes="64"]').waitFor();
    // All of it is in the picture, and there is a way back.
    await saved(page, ({ positions, fitted }) => Object.keys(positions).length > 40 && fitted === true);
    await page.locator('[data-opened] button', { hasText: 'Close' }).click();
    await page.locator('#graph[data-nodes="40"]').waitFor();
    assert.equal(await page.locator('[data-opened]').count(), 0);
  });
});
