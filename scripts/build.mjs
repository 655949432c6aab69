// Bundles the extension, the engine (which is also the command line), its worker and helper process, and the webview.
//   node scripts/build.mjs [--watch] [--metafile]
import { createHash } from 'node:crypto';
import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { createRequire, isBuiltin } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
// A library whose names are asked for below wants the metadata part of `Reflect`.
import '@abraham/reflection';
import { build, context } from 'esbuild';

const root = path.dirname(import.meta.dirname);
const out = path.join(root, 'dist');
const watch = process.argv.includes('--watch');

/** Bundled CommonJS libraries call `require` for Node's own modules, which ES modules lack. */
const requireForEsm =
  "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);";

/**
 * An ES module that imports one of Node's has every export of it read, and with `WebSocket` of `node:http` Node loads its
 * whole fetch client: 40 ms of each start of the engine, and again of its worker. `require` reads nothing that is not asked
 * for; the bigger ones are there when the first of their exports is.
 */
const builtinsByRequire = {
  name: 'builtins-by-require',
  setup({ onResolve, onLoad }) {
    const late =
      /^(?:crypto|v8|net|tls|https?|child_process|worker_threads|zlib|dns|readline|(?:fs|timers)\/promises|util|url|os)$/;
    onResolve({ filter: /^(?:node:)?[a-z_/]+$/ }, ({ path: name, kind }) =>
      isBuiltin(name) && kind === 'import-statement' ? { path: name, namespace: 'by-require' } : undefined,
    );
    onLoad({ filter: /.*/, namespace: 'by-require' }, ({ path: name }) => {
      const isLate = late.test(name.replace('node:', ''));
      const names = Object.keys(createRequire(import.meta.url)(name));
      return { contents: isLate ? lateExports(name, names) : exportsNow(name, names) };
    });
  },
};

/**
 * A module of Node's as one of ours: what nobody imports of it is left out, and what is imported is a variable.
 * @param {string} name
 * @param {readonly string[]} names
 */
function exportsNow(name, names) {
  const read = names
    .filter((each) => each !== 'default')
    .map((each) => `export const ${each} = /* @__PURE__ */ (() => library.${each})();`);
  return [`const library = require(${JSON.stringify(name)});`, ...read, 'export default library;'].join('\n');
}

/**
 * A module that stands for another and loads it with the first export that somebody reads.
 * @param {string} name
 * @param {readonly string[]} names
 */
function lateExports(name, names) {
  const getters = names.map((each) => `get ${each}() { return load().${each}; }`);
  return [
    'let library;',
    `const load = () => (library ??= require(${JSON.stringify(name)}));`,
    `module.exports = { ${getters.join(', ')} };`,
  ].join('\n');
}

/**
 * Modules that few runs need and that take long to read and to begin with: parsers of what is wrong, regular expressions of
 * people, rules in CEL, the table of what Envoy knows. Each is a file of its own for all bundles, read when the first of its exports is asked for.
 */
const onFirstUse = {
  name: 'on-first-use',
  setup({ onResolve, onLoad, resolve }) {
    const late = /^(?:yaml|re2js|js-yaml|.*\/(?:cel-program|envoy-messages)\.ts)$/;
    onResolve({ filter: late }, async ({ path: name, kind, resolveDir, pluginData }) => {
      if (pluginData === 'at once' || kind !== 'import-statement') return undefined;
      const found = await resolve(name, { kind: 'require-call', resolveDir, pluginData: 'at once' });
      return { ...found, namespace: 'on-first-use', pluginData: path.basename(name, '.ts') };
    });
    onResolve({ filter: /^\.\/main-.*\.cjs$/ }, ({ path: name }) => ({ path: name, external: true }));
    onLoad({ filter: /.*/, namespace: 'on-first-use' }, async ({ path: file, pluginData: name }) => {
      if (!latePieces.has(file)) latePieces.set(file, latePiece(name, file));
      return { contents: lateExports(`./${await latePieces.get(file)}`, await exportsOf(file)) };
    });
  },
};

/** By module: the name of the file with it. */
const latePieces = new Map();
const lateOutputs = [];

/**
 * @param {string} name
 * @param {string} file
 */
async function latePiece(name, file) {
  const options = {
    ...node,
    format: 'cjs',
    entryPoints: { [name]: file },
    entryNames: watch ? 'main-[name]' : 'main-[hash]',
    outExtension: { '.js': '.cjs' },
    outdir: out,
    plugins: [onFirstUse],
  };
  if (watch) {
    await (await context(options)).watch();
    return `main-${name}.cjs`;
  }
  const result = await build(options);
  lateOutputs.push(result);
  return path.basename(Object.keys(result.metafile.outputs)[0]);
}

/** A piece of the bundle that is a CommonJS library has no names to import but `default`, unless somebody writes them down. */
const namedLibraries = {
  name: 'named-libraries',
  setup({ onResolve, onLoad, resolve }) {
    onResolve({ filter: /^[@\w]/ }, async ({ path: name, kind, resolveDir }) => {
      if (kind !== 'dynamic-import' || name.startsWith('node:')) return undefined;
      const found = await resolve(name, { kind: 'import-statement', resolveDir });
      return { ...found, namespace: 'named-library' };
    });
    onLoad({ filter: /.*/, namespace: 'named-library' }, async ({ path: file }) => {
      const names = Object.keys(await import(pathToFileURL(file).href)).filter((name) =>
        /^(?!default$)[\w$]+$/.test(name),
      );
      const lines = names.map((name) => `export const ${name} = library.${name};`);
      return {
        contents: [`import * as library from ${JSON.stringify(file)};`, ...lines].join('\n'),
        resolveDir: path.dirname(file),
      };
    });
  },
};

/**
 * What the command line loads when it needs it are pieces of their own, beside the one file in which the rest of it is.
 * @param {(file: string) => string} pieceOf The name of the piece with the module.
 */
const inPieces = (pieceOf) => ({
  name: 'in-pieces',
  setup({ onResolve, resolve }) {
    onResolve({ filter: /^\./ }, async ({ path: name, kind, resolveDir }) => {
      if (kind !== 'dynamic-import') return undefined;
      const found = await resolve(name, { kind: 'import-statement', resolveDir });
      return { path: `./${pieceOf(found.path)}`, external: true };
    });
  },
});

/** @param {string} file */
async function exportsOf(file) {
  if (!file.endsWith('.ts')) return Object.keys(createRequire(import.meta.url)(file));
  const { metafile } = await build({ entryPoints: [file], write: false, metafile: true, format: 'esm', outdir: out });
  return Object.values(metafile.outputs).flatMap((output) => output.exports);
}

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
const nodeEsm = {
  ...node,
  format: 'esm',
  banner: { js: requireForEsm },
  plugins: [builtinsByRequire, onFirstUse, namedLibraries],
};
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

/**
 * The file that starts; it reads itself alone until a command needs more.
 * @param {(file: string) => string} pieceOf
 * @param {string} [identity] What the whole command line is made of.
 */
const startOf = (pieceOf, identity) => ({
  ...nodeEsm,
  entryPoints: { meshlens: 'src/cli/main.ts' },
  outdir: out,
  banner: { js: `#!/usr/bin/env node\n${requireForEsm}` },
  plugins: [inPieces(pieceOf), ...nodeEsm.plugins],
  define: identity === undefined ? {} : { meshlensBuild: JSON.stringify(identity) },
});

/** The start and its pieces, which are named by what is in them: the names say what all of it is. */
async function commandLine() {
  const late = new Set();
  const bare = await build({ ...startOf((file) => (late.add(file), 'later.js')), write: false });
  const nameOf = (file) => path.basename(file, '.ts');
  const pieces = {
    ...nodeEsm,
    entryPoints: Object.fromEntries([...late].map((file) => [nameOf(file), file])),
    splitting: true,
    entryNames: watch ? 'main-[name]' : 'main-[hash]',
    chunkNames: 'main-[hash]',
    outdir: out,
  };
  if (watch) return [pieces, startOf((file) => `main-${nameOf(file)}.js`)];
  const { metafile } = await build({ ...pieces, write: false });
  const names = new Map(
    Object.entries(metafile.outputs).map(([output, { entryPoint = '' }]) => [
      path.join(root, entryPoint),
      path.basename(output),
    ]),
  );
  const hash = createHash('sha256');
  for (const name of names.values()) hash.update(name);
  for (const { contents } of bare.outputFiles) hash.update(contents);
  return [pieces, startOf((file) => names.get(file) ?? file, hash.digest('hex'))];
}

if (watch) {
  for (const options of [...bundles, ...(await commandLine())]) await (await context(options)).watch();
  console.log('Watching; stop with Ctrl+C.');
} else {
  await rm(out, { recursive: true, force: true });
  const results = await Promise.all([...bundles, ...(await commandLine())].map((options) => build(options)));
  const inputs = [...results, ...lateOutputs].reduce(
    (all, { metafile }) => ({
      inputs: { ...all.inputs, ...metafile.inputs },
      outputs: { ...all.outputs, ...metafile.outputs },
    }),
    { inputs: {}, outputs: {} },
  );
  await writeFile(path.join(out, 'metafile.json'), JSON.stringify(inputs));
}
// Node reads the manifest nearest to a module to see what kind it is. That of the extension is long.
await writeFile(path.join(out, 'package.json'), '{ "type": "module" }\n');
await mkdir(path.join(out, 'webview'), { recursive: true });
for (const file of ['codicon.css', 'codicon.ttf']) {
  await copyFile(path.join(root, 'node_modules/@vscode/codicons/dist', file), path.join(out, 'webview', file));
}
