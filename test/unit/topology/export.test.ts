import assert from 'node:assert/strict';
import { test } from 'node:test';
import { noDeclarations } from '../../../src/engine/topology/declarations.ts';
import { buildTopology } from '../../../src/engine/topology/build.ts';
import { topologyToDot } from '../../../src/engine/topology/export/dot.ts';
import { topologyToJson } from '../../../src/engine/topology/export/json.ts';
import { topologyToMermaid } from '../../../src/engine/topology/export/mermaid.ts';
import { topologyToSvg } from '../../../src/engine/topology/export/svg.ts';
import type { TopologyGraph } from '../../../src/shared/topology.ts';
import { bothEnds, busyBookinfo, callLabels, inputOf, record } from './sample-mesh.ts';

/** Two versions, one of them refused now and then, and an edge that went quiet. */
const small = buildTopology(
  inputOf(
    [
      ...bothEnds('web-v1', 'shop-v1', 90),
      ...bothEnds('web-v1', 'shop-v2', 8),
      record(callLabels('web-v1', 'shop-v2', { response_code: '503', response_flags: 'UF' }), 2),
      record(callLabels('shop-v1', 'web-v1'), 0),
    ],
    { mesh: noDeclarations },
  ),
);
/** Thin spaces before units, written as plain ones here. */
const plain = (text: string): string => text.replaceAll('\u202f', ' ');

/** Names nobody should have, and nobody can be kept from having. */
const hostile: TopologyGraph = {
  ...small,
  nodes: small.nodes.map((node) => ({ ...node, label: `"];</text><script>\n\\${node.label}` })),
};

test('DOT: clusters for boxes, health as colour, dashes for idle', () => {
  assert.equal(
    plain(topologyToDot(small)),
    `digraph mesh {
  rankdir=LR;
  node [shape=box, style=rounded, fontname="sans-serif"];
  edge [fontname="sans-serif", fontsize=10];
  subgraph "cluster_box_local_bookinfo" {
    label="bookinfo";
    "vapp_local_bookinfo_web-v1" [label="web\\nv1 · 10/s", color=darkorange, tooltip="2 % of outbound requests answer 503 (UF): 2 of 100 in 10 s"];
    subgraph "cluster_box_local_bookinfo_shop" {
      label="shop";
      "vapp_local_bookinfo_shop-v1" [label="v1\\n9/s · 3 ms", color=forestgreen, tooltip="No errors in 90 inbound requests in 10 s"];
      "vapp_local_bookinfo_shop-v2" [label="v2\\n1/s · 3 ms", color=red3, tooltip="20 % of inbound requests answer 503 (UF): 2 of 10 in 10 s"];
    }
  }
  "vapp_local_bookinfo_shop-v1" -> "vapp_local_bookinfo_web-v1" [label="idle", color=gray40, style=dashed];
  "vapp_local_bookinfo_web-v1" -> "vapp_local_bookinfo_shop-v1" [label="90 % · 9/s", color=gray40];
  "vapp_local_bookinfo_web-v1" -> "vapp_local_bookinfo_shop-v2" [label="10 % · 1/s · 20 % errors", color=red3];
}
`,
  );
});

test('an edge that nobody measures is not called idle', () => {
  const unknown = { health: 'unknown', reason: 'Its traffic is not known' } as const;
  const unmeasured: TopologyGraph = { ...small, edges: small.edges.map((edge) => ({ ...edge, health: unknown })) };
  assert.match(topologyToDot(unmeasured), /"vapp_local_bookinfo_shop-v1" -> [^\n]* \[label="no metrics"/u);
});

test('DOT: names cannot end their quotes', () => {
  const line = topologyToDot(hostile)
    .split('\n')
    .find((one) => one.includes('"vapp_local_bookinfo_shop-v1" ['));
  assert.ok(line?.includes(String.raw`[label="\"];</text><script> \\v1\n`), line);
});

test('Mermaid: subgraphs for boxes, classes for health, dots for idle', () => {
  assert.equal(
    plain(topologyToMermaid(small)),
    `flowchart LR
  subgraph b0["bookinfo"]
    n2["<b>web</b><br/>v1 · 10/s"]:::degraded
    subgraph b1["shop"]
      n0["<b>v1</b><br/>9/s · 3 ms"]:::healthy
      n1["<b>v2</b><br/>1/s · 3 ms"]:::failing
    end
  end
  n0 -.->|"idle"| n2
  n2 -->|"90 % · 9/s"| n0
  n2 -->|"10 % · 1/s · 20 % errors"| n1
  classDef healthy stroke:#1a7f37
  classDef degraded stroke:#9a6700,stroke-width:2px
  classDef failing stroke:#cf222e,stroke-width:3px
  classDef idle stroke:#8c959f
  classDef unknown stroke:#8c959f,stroke-dasharray:3
`,
  );
});

test('Mermaid: names become entities', () => {
  const text = topologyToMermaid(hostile);
  assert.ok(text.includes('n0["<b>#34;];#60;/text#62;#60;script#62; \\v1</b>'), text);
});

test('JSON is the graph itself', () => {
  assert.deepEqual(JSON.parse(topologyToJson(small)), JSON.parse(JSON.stringify(small)));
});

test('SVG: a card for each node, a line and a chip for each edge, the reason as title', () => {
  const graph = buildTopology(inputOf(busyBookinfo));
  const svg = topologyToSvg(graph);
  assert.equal(svg.match(/<g><title>/g)?.length, 8);
  assert.equal(svg.match(/marker-end/g)?.length, 8);
  for (const text of [
    '>traffic<',
    '>productpage<',
    '>reviews<',
    '60\u202f% · 28.8/s',
    'No errors in 480 inbound requests in 10\u202fs',
  ]) {
    assert.ok(svg.includes(text), text);
  }
  assert.equal(topologyToSvg(graph), svg);
});

/** Every tag that is opened is closed, in order. Attributes hold no markup. */
function assertWellFormed(svg: string): void {
  const open: string[] = [];
  for (const [, slash, name, attributes, selfClosing] of svg.matchAll(/<(\/?)([a-zA-Z]+)([^<>]*?)(\/?)>/g)) {
    if (slash === '/') assert.equal(open.pop(), name);
    else if (selfClosing !== '/') open.push(name ?? '');
    assert.match(attributes ?? '', /^(\s+[\w:-]+="[^"<&]*")*\s*$/);
  }
  assert.deepEqual(open, []);
  assert.ok(!/<script/.test(svg));
  assert.ok(!/&(?!amp;|lt;|gt;|quot;)/.test(svg));
}

const drawings: [name: string, graph: TopologyGraph][] = [
  ['a mesh', small],
  ['hostile names', hostile],
  ['nothing', buildTopology(inputOf([], { mesh: noDeclarations }))],
  ['cards without edges', buildTopology(inputOf([]))],
];
for (const [name, graph] of drawings) {
  test(`SVG of ${name} is well formed, without NaN`, () => {
    const svg = topologyToSvg(graph);
    assertWellFormed(svg);
    assert.ok(!/NaN|Infinity|undefined/.test(svg));
  });
}
