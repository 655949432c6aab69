import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { generatedMesh } from '../../webview/generated-mesh.ts';
import { controlPoints, curvePoint, edgeCurve } from '../../../src/webview/view-model/edge-curve.ts';
import { overlaps, rectAround } from '../../../src/webview/view-model/geometry.ts';
import { namespacedLayout } from '../../../src/webview/view-model/namespaced-layout.ts';
import { Scene, chipSize } from '../../../src/webview/view-model/scene.ts';
import { sceneSvg } from '../../../src/webview/view-model/scene-svg.ts';
import { visibleGraph } from '../../../src/webview/view-model/visible-graph.ts';
import { measure, sampleEdge, sampleGraph, sampleNode, sampleRates } from './topology-samples.ts';

describe('curve of an edge', () => {
  const left = { x: 0, y: 0, width: 100, height: 40 };
  const right = { x: 400, y: 200, width: 100, height: 40 };

  it('leaves at the right, enters at the left, passes the middle', () => {
    const curve = edgeCurve(left, right);
    assert.deepEqual(curvePoint(curve, 0), { x: 100, y: 20 });
    assert.deepEqual(curvePoint(curve, 1), { x: 400, y: 220 });
    assert.deepEqual(curvePoint(curve, 0.5), { x: 250, y: 120 });
  });

  it('gives its control points relative to the line between the ends', () => {
    // The line is (300, 200) long; c1 lies 100 to the right of its start: 100·300/130000 along, -100·200/√130000 across.
    const { distances, weights } = controlPoints(edgeCurve(left, right));
    assert.deepEqual(distances.split(' ').map(Number), [-55.5, 55.5]);
    assert.deepEqual(weights.split(' ').map(Number), [0.2308, 0.7692]);
  });
});

describe('scene', () => {
  const graph = sampleGraph(
    [sampleNode('a'), sampleNode('b'), sampleNode('c', { parent: 'shop' })],
    [
      sampleEdge('a', 'b', { traffic: sampleRates({ requests: 5 }) }),
      sampleEdge('a', 'c', { traffic: sampleRates({ requests: 9 }) }),
    ],
    [{ id: 'shop', kind: 'namespace', label: 'shop' }],
  );

  it('moves nothing on a refresh, not even what a removed node left behind', () => {
    const scene = new Scene(measure);
    scene.update(graph);
    const before = new Map(scene.positions);
    scene.update(
      sampleGraph(
        [sampleNode('a', { inbound: sampleRates({ requests: 1e6, p50: 99 }) }), sampleNode('c', { parent: 'shop' })],
        graph.edges.slice(1),
        graph.boxes,
      ),
    );
    scene.update(graph);
    assert.deepEqual(new Map(scene.positions), before);
  });

  describe('card without an edge', () => {
    const frames = [
      { id: 'shop', kind: 'namespace', label: 'shop' },
      { id: 'cart', kind: 'app', label: 'cart', parent: 'shop' },
    ] as const;
    const nodes = [
      sampleNode('page', { parent: 'shop' }),
      sampleNode('stock', { parent: 'shop' }),
      sampleNode('ratings', { parent: 'shop' }),
      sampleNode('cart-v1', { parent: 'cart' }),
      sampleNode('cart-v2', { parent: 'cart' }),
    ];
    const layout = new Map([
      ['page', { x: 100, y: 100 }],
      ['stock', { x: 400, y: 100 }],
      ['ratings', { x: 100, y: 500 }],
      ['cart-v1', { x: 300, y: 500 }],
      ['cart-v2', { x: 300, y: 580 }],
    ]);
    const quiet = sampleGraph(nodes, [sampleEdge('page', 'stock')], frames);
    const busy = sampleGraph(nodes, [...quiet.edges, sampleEdge('stock', 'ratings')], frames);
    const laidOut = (): Scene => {
      const scene = new Scene(measure);
      scene.arrange(layout, quiet);
      scene.update(quiet);
      return scene;
    };
    const movedIn = (scene: Scene): string[] =>
      [...layout].flatMap(([id, { x, y }]) => {
        const place = scene.positions.get(id);
        return place?.x === x && place.y === y ? [] : [id];
      });

    it('moves right of its caller with its first edge, alone and once', () => {
      const scene = laidOut();
      assert.deepEqual(movedIn(scene), []);
      scene.update(busy);
      assert.deepEqual(movedIn(scene), ['ratings']);
      const { ratings, stock } = Object.fromEntries([...scene.cards].map(([id, { rect }]) => [id, rect]));
      assert.ok(ratings !== undefined && stock !== undefined && ratings.x > stock.x + stock.width);
      assert.deepEqual(scene.positions.get('ratings')?.y, 100);
      const place = scene.positions.get('ratings');
      scene.update(quiet);
      scene.update(sampleGraph(nodes, [...quiet.edges, sampleEdge('page', 'ratings')], frames));
      assert.equal(scene.positions.get('ratings'), place);
    });

    it('stays where it was dragged to', () => {
      const scene = laidOut();
      scene.move('ratings', { x: 150, y: 520 });
      scene.update(busy);
      assert.deepEqual(scene.positions.get('ratings'), { x: 150, y: 520 });
    });

    it('moves with its frame; a card whose frame has an edge is in its place', () => {
      const scene = laidOut();
      const first = sampleGraph(nodes, [...quiet.edges, sampleEdge('stock', 'cart-v1')], frames);
      scene.update(first);
      assert.deepEqual(movedIn(scene), ['cart-v1', 'cart-v2']);
      const [v1, v2] = [scene.positions.get('cart-v1'), scene.positions.get('cart-v2')];
      assert.ok(v1 !== undefined && v2 !== undefined && v1.x === v2.x && v1.y < v2.y);
      scene.update(sampleGraph(nodes, [...first.edges, sampleEdge('stock', 'cart-v2')], frames));
      assert.equal(scene.positions.get('cart-v2'), v2);
    });

    it('is remembered as such', () => {
      const old = laidOut();
      const scene = new Scene(measure);
      scene.remember(old.roundedPositions, [...old.provisional]);
      scene.update(busy);
      assert.deepEqual(movedIn(scene), ['ratings']);
    });
  });

  it('carries the curves and frames of a card that is moved', () => {
    const scene = new Scene(measure);
    scene.update(graph);
    assert.deepEqual(scene.move('c', { x: 900, y: 700 }), ['a>c']);
    const rect = scene.cards.get('c')?.rect;
    assert.deepEqual(scene.edges.get('a>c')?.curve.to, { x: rect?.x, y: 700 });
    const frame = scene.boxes[0]?.rect;
    assert.ok(rect !== undefined && frame !== undefined);
    assert.deepEqual([frame.x, frame.y], [rect.x - 32, rect.y - 40]);
  });

  it('puts chips over no card and over no other chip', () => {
    const mesh = generatedMesh(40, 90);
    const visible = visibleGraph(mesh, {
      showDeclaredEdges: true,
      showIdleEdges: true,
      showIdleNodes: true,
      groupLarge: true,
      opened: new Set(),
    });
    const scene = new Scene(measure);
    scene.update(visible);
    assert.ok(scene.chips.size > 20);
    const chips = [...scene.chips].map(([id, center]) => {
      const chip = scene.edges.get(id)?.chip;
      assert.ok(chip !== undefined);
      return rectAround(center, chipSize(chip, measure));
    });
    chips.forEach((chip, index) => {
      for (const { rect } of scene.cards.values()) assert.equal(overlaps(chip, rect), false);
      for (const other of chips.slice(index + 1)) assert.equal(overlaps(chip, other), false);
    });
  });

  it('shows the chips of what is pointed at even where there is no room', () => {
    const scene = new Scene(measure);
    scene.update(graph);
    // On top of each other: no place on the edge is free.
    scene.move('a', { x: 0, y: 0 });
    scene.move('b', { x: 40, y: 10 });
    scene.move('c', { x: 20, y: 30 });
    const hidden = [...scene.edges.keys()].filter((id) => !scene.chips.has(id));
    assert.ok(hidden.length > 0);
    scene.emphasise(new Set(hidden));
    for (const id of hidden) assert.ok(scene.chips.has(id));
  });

  it('exports an SVG that holds names as text only', () => {
    const scene = new Scene(measure);
    scene.update(sampleGraph([sampleNode('x', { label: '</text><script>' })]));
    const colours = new Proxy({} as Parameters<typeof sceneSvg>[1], { get: (_, name) => String(name) });
    const svg = sceneSvg(scene, colours, measure);
    assert.match(svg, /&lt;\/text&gt;&lt;script&gt;/);
    assert.doesNotMatch(svg, /<script/);
  });
});

describe('layout by namespaces', () => {
  it('keeps cards and areas apart', () => {
    const mesh = generatedMesh(120, 300);
    const size = { width: 130, height: 46 };
    const nodes = mesh.nodes.map((node) => ({
      id: node.id,
      ...size,
      ...(node.parent === undefined ? {} : { area: node.parent }),
    }));
    const places = namespacedLayout(nodes, mesh.edges);
    const areas = new Map<string, { x: number; y: number }[]>();
    for (const node of mesh.nodes) {
      const place = places.get(node.id);
      assert.ok(place !== undefined && node.parent !== undefined);
      areas.set(node.parent, [...(areas.get(node.parent) ?? []), place]);
    }
    const bounds = [...areas.values()].map((points) => {
      const xs = points.map(({ x }) => x);
      const ys = points.map(({ y }) => y);
      const [x, y] = [Math.min(...xs), Math.min(...ys)];
      return { x, y, width: Math.max(...xs) - x, height: Math.max(...ys) - y };
    });
    bounds.forEach((area, index) => {
      for (const other of bounds.slice(index + 1)) assert.equal(overlaps(area, other), false);
    });
  });
});
