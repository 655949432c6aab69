// Bundles the extension, the engine (which is also the command line), its worker and helper process, and the webview.
//   node scripts/build.mjs [--watch] [--metafile]
import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { build, context } from 'esbuild';

const root = path.dirname(import.meta.dirname);
const out = path.join(root, 'dist');
const watch = process.argv.includes('--watch');

/** Bundled CommonJS libraries call `require` for Node's own modules, which ES modules lack. */
const requireForEsm =
  "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);";

/**
 * An ES module that imports `node:http` has every export of it read, and with `WebSocket` Node loads its whole fetch client:
 * 40 ms of each start of the engine, and again of its worker. `require` reads nothing that is not asked for.
 */
const httpByRequire = {
  name: 'http-by-require',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^(node:)?https?$/ }, ({ path: name, kind }) =>
      kind === 'import-statement' ? { path: name, namespace: 'by-require' } : undefined,
    );
    onLoad({ filter: /.*/, namespace: 'by-require' }, ({ path: name }) => ({
      contents: `module.exports = require(${JSON.stringify(name)});`,
    }));
  },
};

/** The start is a file by itself, so that it can have Node keep the compiled code of the other one. */
const besideTheStart = {
  name: 'beside-the-start',
  setup({ onResolve }) {
    onResolve({ filter: /^\.\/main\.ts$/ }, () => ({ path: './main.js', external: true }));
  },
};

const common = {
  bundle: true,
  minify: !watch,
  sourcemap: watch ? 'linked' : false,
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
  absWorkingDir: root,
};
const node = { ...common, platform: 'node', target: 'node20' };
const nodeEsm = { ...node, format: 'esm', banner: { js: requireForEsm }, plugins: [httpByRequire] };
const browser = {
  ...common,
  platform: 'browser',
  target: 'chrome128',
  format: 'iife',
  tsconfig: path.join(root, 'src/webview/tsconfig.json'),
  loader: { '.ttf': 'file', '.css': 'css' },
  define: { 'process.env.NODE_ENV': '"production"' },
};

const bundles = [
  {
    ...node,
    format: 'cjs',
    entryPoints: { extension: 'src/extension/extension.ts' },
    outExtension: { '.js': '.cjs' },
    external: ['vscode'],
    outdir: out,
  },
  {
    ...nodeEsm,
    entryPoints: { meshlens: 'src/cli/start.ts' },
    outdir: out,
    plugins: [besideTheStart],
    banner: { js: '#!/usr/bin/env node' },
  },
  { ...nodeEsm, entryPoints: { main: 'src/cli/main.ts' }, outdir: out },
  { ...nodeEsm, entryPoints: { 'dataplane-worker': 'src/engine/dataplane/worker/main.ts' }, outdir: out },
  { ...nodeEsm, entryPoints: { 'tunnel-worker': 'src/engine/dataplane/tunnels/worker/main.ts' }, outdir: out },
  { ...nodeEsm, entryPoints: { reaper: 'src/engine/discovery/registry/reaper.ts' }, outdir: out },
  {
    ...browser,
    entryPoints: { 'webview/panel': 'src/webview/panel.ts', 'webview/layout.worker': 'src/webview/layout.worker.ts' },
    outdir: out,
    assetNames: 'webview/[name]',
  },
];

if (watch) {
  for (const options of bundles) await (await context(options)).watch();
  console.log('Watching; stop with Ctrl+C.');
} else {
  await rm(out, { recursive: true, force: true });
  const results = await Promise.all(bundles.map((options) => build(options)));
  const inputs = results.reduce(
    (all, { metafile }) => ({
      inputs: { ...all.inputs, ...metafile.inputs },
      outputs: { ...all.outputs, ...metafile.outputs },
    }),
    { inputs: {}, outputs: {} },
  );
  await writeFile(path.join(out, 'metafile.json'), JSON.stringify(inputs));
}
await mkdir(path.join(out, 'webview'), { recursive: true });
for (const file of ['codicon.css', 'codicon.ttf']) {
  await copyFile(path.join(root, 'node_modules/@vscode/codicons/dist', file), path.join(out, 'webview', file));
}
