import type { Frame, Locator, Page } from 'playwright-core';
import { waitFor } from './wait.ts';

/** One node of the picture, read from the list that stands for it. */
export interface PanelNode {
  readonly id: string;
  readonly name: string;
  readonly rate: number;
  readonly errors: number;
  readonly health: string;
  readonly reason: string;
  readonly instances: number;
  readonly ready: number;
}

/** One edge of the picture. */
export interface PanelEdge {
  readonly source: string;
  readonly target: string;
  readonly share: number | undefined;
  readonly rate: number;
  readonly errors: number;
  readonly mutualTls: number;
}

/** The topology panel, as the accessible list beside the picture tells it. */
export class Panel {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  /** The frame of the panel's page. Webviews live two frames deep, in frames that are replaced when they are shown. */
  async frame(): Promise<Frame> {
    return waitFor('the page of the topology panel', async () => {
      for (const frame of this.#page.frames()) {
        const count = await frame
          .locator('meshlens-panel')
          .count()
          .catch(() => 0);
        if (count > 0) return frame;
      }
      return undefined;
    });
  }

  async locator(selector: string): Promise<Locator> {
    return (await this.frame()).locator(selector);
  }

  /** The list is there before the picture, whose places another thread works out. */
  async pictureDrawn(): Promise<void> {
    const frame = await this.frame();
    await waitFor('the first picture', () =>
      frame.evaluate('performance.getEntriesByName("meshlens:first-picture").length > 0'),
    );
    await frame.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
  }

  async nodes(): Promise<readonly PanelNode[]> {
    const rows = await this.#data('[data-node-id]');
    return rows.map((row) => ({
      id: row['nodeId'] ?? '',
      name: row['name'] ?? '',
      rate: Number(row['rate']),
      errors: Number(row['errors']),
      health: row['health'] ?? '',
      reason: row['reason'] ?? '',
      instances: Number(row['instances']),
      ready: Number(row['ready']),
    }));
  }

  async edges(): Promise<readonly PanelEdge[]> {
    const rows = await this.#data('[data-edge-id]');
    return rows.map((row) => ({
      source: row['source'] ?? '',
      target: row['target'] ?? '',
      share: row['share'] === undefined ? undefined : Number(row['share']),
      rate: Number(row['rate']),
      errors: Number(row['errors']),
      mutualTls: Number(row['mutualTls']),
    }));
  }

  /** The node whose name contains every word. */
  async node(...words: readonly string[]): Promise<PanelNode> {
    const found = (await this.nodes()).find(({ name }) => words.every((word) => name.includes(word)));
    if (found === undefined) throw new Error(`No node ${words.join(' ')}`);
    return found;
  }

  /** Shares of the calls from one node to the versions of a service, by the name of the target. */
  async sharesTo(service: string): Promise<ReadonlyMap<string, number>> {
    const nodes = new Map((await this.nodes()).map((node) => [node.id, node]));
    const edges = (await this.edges()).filter(({ target }) => nodes.get(target)?.name.includes(service));
    return new Map(edges.map(({ target, share }) => [nodes.get(target)?.name ?? target, share ?? 0]));
  }

  /**
   * Waits until the page shows that the calls to a service's versions divide like this (`version → [from, to]`, nothing to
   * others); answers when, in milliseconds since the epoch. It looks within the page: asking from here takes its own time.
   */
  async sharesShown(
    service: string,
    wanted: Readonly<Record<string, readonly [from: number, to: number]>>,
    patience = 30_000,
  ): Promise<number> {
    const edges = await this.locator('[data-edge-id]');
    return edges.first().evaluate(
      async (element: unknown, [name, ranges, milliseconds]) => {
        const root = (
          element as { getRootNode(): { querySelectorAll(selector: string): Iterable<unknown> } }
        ).getRootNode();
        const rows = (selector: string): RowData[] =>
          [...root.querySelectorAll(selector)].map((found) => (found as { dataset: RowData }).dataset);
        const isShown = (): boolean => {
          const nodes = rows('[data-node-id]').filter((node) => node['name']?.includes(name) === true);
          const shares = nodes.map((node) => {
            const edge = rows('[data-edge-id]').find(({ target }) => target === node['nodeId']);
            return [node['version'] ?? '', Number(edge?.['share'] ?? 0)] as const;
          });
          return (
            shares.length > 0 &&
            shares.every(([version, share]) => {
              const [from, to] = ranges[version] ?? [0, 0];
              return share >= from && share <= to;
            })
          );
        };
        const deadline = Date.now() + milliseconds;
        while (!isShown()) {
          if (Date.now() > deadline) throw new Error(`Not shown within ${milliseconds} ms`);
          await new Promise((resolve) => setTimeout(resolve, 10));
        }
        return Date.now();
      },
      [service, wanted, patience] as const,
    );
  }

  async #data(selector: string): Promise<readonly RowData[]> {
    const frame = await this.frame();
    return frame
      .locator(selector)
      .evaluateAll((rows: readonly unknown[]) => rows.map((row) => ({ ...(row as { dataset: RowData }).dataset })));
  }
}

/** The attributes of a row; this code is checked without the types of a browser. */
type RowData = Readonly<Record<string, string | undefined>>;
