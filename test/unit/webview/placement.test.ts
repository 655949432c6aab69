import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { overlaps, rectAround } from '../../../src/webview/view-model/geometry.ts';
import { placeNew } from '../../../src/webview/view-model/placement.ts';

const size = { width: 120, height: 46 };

describe('places for new cards', () => {
  it('puts a card right of who calls it, at its height', () => {
    const place = placeNew(
      [
        { id: 'caller', size },
        { id: 'new', size },
      ],
      [{ source: 'caller', target: 'new' }],
      new Map([['caller', { x: 100, y: 200 }]]),
    ).get('new');
    assert.deepEqual(place, { x: 310, y: 200 });
  });

  it('puts a card left of whom it calls, where nobody calls it', () => {
    const place = placeNew(
      [
        { id: 'new', size },
        { id: 'callee', size },
      ],
      [{ source: 'new', target: 'callee' }],
      new Map([['callee', { x: 500, y: 200 }]]),
    ).get('new');
    assert.deepEqual(place, { x: 290, y: 200 });
  });

  it('puts a new version under the last of its frame', () => {
    const place = placeNew(
      [
        { id: 'v1', size, frame: 'reviews' },
        { id: 'v2', size, frame: 'reviews' },
        { id: 'v3', size, frame: 'reviews' },
        { id: 'page', size },
      ],
      [{ source: 'page', target: 'v3' }],
      new Map([
        ['v1', { x: 400, y: 100 }],
        ['v2', { x: 400, y: 200 }],
        ['page', { x: 100, y: 150 }],
      ]),
    ).get('v3');
    assert.deepEqual(place, { x: 400, y: 270 });
  });

  it('never gives a place to known cards, and none that is taken', () => {
    const ids = fc.integer({ min: 0, max: 14 }).map(String);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(ids, ids), { maxLength: 30 }),
        fc.uniqueArray(fc.integer({ min: 0, max: 14 }), { maxLength: 8 }),
        (pairs, placed) => {
          const nodes = Array.from({ length: 15 }, (_, index) => ({ id: String(index), size }));
          const known = new Map(placed.map((id, index) => [String(id), { x: index * 200, y: (index % 3) * 100 }]));
          const edges = pairs.map(([source, target]) => ({ source, target }));
          const places = placeNew(nodes, edges, known);
          assert.equal(places.size, nodes.length - known.size);
          const all = [...known, ...places].map(([, center]) => rectAround(center, size));
          all.forEach((rect, index) => {
            for (const other of all.slice(index + 1)) assert.equal(overlaps(rect, other), false);
          });
          assert.deepEqual(
            placeNew([...nodes].reverse(), [...edges], known),
            places,
            'the order of nodes does not matter',
          );
        },
      ),
      { numRuns: 60 },
    );
  });
});
