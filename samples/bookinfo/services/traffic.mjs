// People who look at the page, RATE of them a second; every fourth is jason. Goes on whatever happens.
import { call, onStop } from './runtime.mjs';

const rate = positive(process.env.RATE, 20);
const target = process.env.TARGET ?? 'http://ingress/productpage';
const reportSeconds = 5;
/** When the mesh answers slowly, more open requests would only make it slower. */
const maxOpen = 100;

let open = 0;
let period = emptyPeriod();

function emptyPeriod() {
  return { started: Date.now(), durations: [], failed: new Map(), skipped: 0 };
}

async function visit(number) {
  if (open >= maxOpen) {
    period.skipped += 1;
    return;
  }
  open += 1;
  const start = performance.now();
  try {
    const headers = { 'user-agent': 'bookinfo-traffic', ...(number % 4 === 0 ? { 'end-user': 'jason' } : {}) };
    const { status } = await call(target, { headers, timeout: 10_000 });
    if (status === 200) period.durations.push(performance.now() - start);
    else countFailure(`status ${status}`);
  } catch (error) {
    countFailure(error.code ?? error.name);
  } finally {
    open -= 1;
  }
}

function countFailure(reason) {
  period.failed.set(reason, (period.failed.get(reason) ?? 0) + 1);
}

function report() {
  const { started, durations, failed, skipped } = period;
  const seconds = (Date.now() - started) / 1000;
  period = emptyPeriod();
  durations.sort((a, b) => a - b);
  const quantile = (q) => `${(durations[Math.floor(durations.length * q)] ?? 0).toFixed(1)} ms`;
  const parts = [`${(durations.length / seconds).toFixed(1)} pages/s`];
  if (durations.length > 0) parts.push(`median ${quantile(0.5)}`, `95 % within ${quantile(0.95)}`);
  for (const [reason, count] of failed) parts.push(`${count} failed (${reason})`);
  if (skipped > 0) parts.push(`${skipped} skipped: ${maxOpen} requests already wait`);
  console.log(parts.join(', '));
}

function positive(text, fallback) {
  const value = Number(text);
  return value > 0 && value <= 5000 ? value : fallback;
}

// Timers drift and have a resolution of a millisecond: each tick sends as many as are due by the clock.
const begin = performance.now();
let sent = 0;
const ticker = setInterval(
  () => {
    const due = Math.floor(((performance.now() - begin) / 1000) * rate);
    // After a pause of the machine the missed visits are dropped, not made up for in one burst.
    if (due - sent > rate) sent = due - 1;
    for (; sent < due; sent += 1) void visit(sent);
  },
  Math.max(5, 500 / rate),
);
const reporter = setInterval(report, reportSeconds * 1000);
console.log(`${rate} visits a second to ${target}`);

onStop(() => {
  clearInterval(ticker);
  clearInterval(reporter);
  report();
  process.exit(0);
});
