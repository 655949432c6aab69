import type { LayoutAnswer, LayoutQuestion } from './view-model/layout-messages.ts';
import { namespacedLayout } from './view-model/namespaced-layout.ts';

// Runs in a Web Worker, so that a large layout never holds up the page. Messages come from LayoutClient only.
self.addEventListener('message', ({ data }: MessageEvent<LayoutQuestion>) => {
  const positions = [...namespacedLayout(data.nodes, data.edges)];
  const answer: LayoutAnswer = { id: data.id, positions };
  self.postMessage(answer);
});
