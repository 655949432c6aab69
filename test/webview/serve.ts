import { startHarness } from './harness.ts';

// Serves the panel to any browser until it is interrupted:  node test/webview/serve.ts

const server = await startHarness();
console.log(`${server.origin}/?scenario=bookinfo&theme=dark`);
console.log('Scenarios: bookinfo, empty, loading, generated-300-900, generated-1000-4000.');
console.log('Themes: dark, light, high-contrast, high-contrast-light.');
process.once('SIGINT', () => void server.close());
