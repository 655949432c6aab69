// Runs everything that `npm test` promises, cheapest first, and ends with one line: "N passed, N failed".
//   node scripts/test.mjs [stage …]      stages: types lint format unit build integration e2e
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

const root = path.dirname(import.meta.dirname);
const bin = (name) => path.join(root, 'node_modules', '.bin', process.platform === 'win32' ? `${name}.cmd` : name);
const node = process.execPath;

const commandStages = {
  types: [
    ['The types', bin('tsc'), ['--noEmit', '-p', '.']],
    ['The types of the webview', bin('tsc'), ['--noEmit', '-p', 'src/webview']],
  ],
  lint: [
    ['Lint', bin('eslint'), ['.', '--cache', '--cache-location', 'node_modules/.cache/eslint/']],
    ['Unused files, exports and dependencies', bin('knip'), []],
  ],
  format: [['Format', bin('prettier'), ['--check', '--log-level', 'warn', '.']]],
  build: [['Build', node, ['scripts/build.mjs']]],
};

/** Suites that start real processes run file after file: this many servers and browsers at once would starve each other. */
const testStages = {
  unit: [['test/unit/**/*.test.ts', 'test/architecture/**/*.test.ts'], []],
  integration: [['test/integration/**/*.test.ts'], ['--test-concurrency=1']],
  e2e: [['test/e2e/**/*.test.ts'], ['--test-concurrency=1']],
};

const order = ['types', 'lint', 'format', 'unit', 'build', 'integration', 'e2e'];
const wanted = process.argv.slice(2).length > 0 ? process.argv.slice(2) : order;
const unknown = wanted.filter((stage) => !order.includes(stage));
if (unknown.length > 0) {
  console.error(`Unknown stage ${unknown.join(', ')}. Stages: ${order.join(' ')}.`);
  process.exit(2);
}

const run = (command, args) =>
  new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' });
    child.on('error', (error) => {
      console.error(error.message);
      resolve(1);
    });
    child.on('exit', (code) => resolve(code ?? 1));
  });

const total = { passed: 0, failed: 0, skipped: 0 };
const scratch = await mkdtemp(path.join(tmpdir(), 'meshlens-test-'));
try {
  for (const stage of order.filter((name) => wanted.includes(name))) {
    const started = Date.now();
    console.log(`\n— ${stage} —`);
    for (const [title, command, args] of commandStages[stage] ?? []) {
      const failed = (await run(command, args)) !== 0;
      total[failed ? 'failed' : 'passed'] += 1;
      console.log(`${failed ? '✖' : '✔'} ${title}`);
    }
    const suite = testStages[stage];
    if (suite) {
      const [globs, options] = suite;
      const summary = path.join(scratch, `${stage}.json`);
      const code = await run(node, [
        '--test',
        ...options,
        `--test-reporter=${process.env.CI ? 'dot' : 'spec'}`,
        '--test-reporter-destination=stdout',
        '--test-reporter=./scripts/test-summary-reporter.mjs',
        `--test-reporter-destination=${summary}`,
        ...globs,
      ]);
      const counts = JSON.parse((await readFile(summary, 'utf8').catch(() => '')).trim() || '{}');
      total.passed += counts.passed ?? 0;
      total.skipped += (counts.skipped ?? 0) + (counts.todo ?? 0);
      // A run that died before it could count is one failure.
      total.failed += (counts.failed ?? 0) + (counts.cancelled ?? 0) || (code === 0 ? 0 : 1);
    }
    console.log(`${stage}: ${((Date.now() - started) / 1000).toFixed(1)} s`);
  }
} finally {
  await rm(scratch, { recursive: true, force: true });
}
if (wanted.some((stage) => ['integration', 'e2e'].includes(stage)) && !process.env.MESHLENS_CLUSTER_SCRIPTS) {
  console.log(
    '\nLeft out: the tests against a real cluster (MESHLENS_CLUSTER_SCRIPTS names no scripts that start one).',
  );
}
console.log(`\n${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ''}`);
process.exit(total.failed === 0 ? 0 : 1);
