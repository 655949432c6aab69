import assert from 'node:assert/strict';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, test } from 'node:test';
import type { CheckStatus } from '../../../src/engine/discovery/registry/catalog-entries.ts';
import { Catalog } from '../../../src/engine/discovery/registry/catalog.ts';
import { readServiceRegistration } from '../../../src/engine/discovery/registry/consul-registration.ts';
import { HealthChecks } from '../../../src/engine/discovery/registry/health-checks.ts';
import { probe } from '../../../src/engine/discovery/registry/health-probe.ts';
import { until } from '../until.ts';

/** Answers with the statuses given, one a request, the last one for ever; `hang` never answers. */
let answers: (number | 'hang')[] = [];
let asked: number[] = [];
let server: http.Server;
let catalog: Catalog;
let checks: HealthChecks;

beforeEach(async () => {
  answers = [200];
  asked = [];
  catalog = new Catalog({ namespace: 'test', node: 'laptop' });
  checks = new HealthChecks({ catalog });
  server = http.createServer((_request, response) => {
    asked.push(performance.now());
    const answer = (answers.length > 1 ? answers.shift() : answers[0]) ?? 200;
    if (answer === 'hang') return;
    response.writeHead(answer);
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
});
afterEach(() => {
  checks.dispose();
  catalog.dispose();
  server.close();
  server.closeAllConnections();
});

const url = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;

/** Registers an instance with one HTTP check and collects each status it goes through. */
function watchStatuses(check: Readonly<Record<string, unknown>>): CheckStatus[] {
  const statuses: CheckStatus[] = [];
  catalog.onEvent((event) => {
    if (event.type === 'health-changed') statuses.push(event.instance.health);
  });
  const body = { Name: 'a', Port: 1, Check: { HTTP: url(), Interval: '100ms', Timeout: '1s', ...check } };
  const { registration } = readServiceRegistration(body);
  assert.ok(registration);
  catalog.register(registration);
  return statuses;
}

test('thresholds count probes in a row', async () => {
  // Two good ones are needed to pass, two bad ones to warn, four to be critical; a good one in between starts over.
  answers = [200, 500, 200, 200, 500, 200, 500, 500, 500, 500, 200, 200];
  const statuses = watchStatuses({ SuccessBeforePassing: 2, FailuresBeforeWarning: 2, FailuresBeforeCritical: 4 });
  await until('it passes again', () => statuses.length >= 4 && answers.length === 1);
  assert.deepEqual(statuses, ['passing', 'warning', 'critical', 'passing']);
});

test('something new is asked soon and often until it answers', async () => {
  answers = [503, 503, 200];
  const statuses = watchStatuses({ Interval: '60s' });
  await until('it passes', () => statuses.at(-1) === 'passing');
  assert.equal(asked.length, 3);
});

test('no answer in time is critical, and told', async () => {
  answers = ['hang'];
  const timing = { intervalMs: 1000, timeoutMs: 100 };
  const common = { type: 'http', method: 'GET', headers: {}, body: '', followRedirects: true } as const;
  const result = await probe({ ...common, url: url(), ...timing });
  assert.deepEqual(result, { status: 'critical', output: `HTTP GET ${url()}: no answer in 100 ms` });
});

test('a check that is gone asks no more', async () => {
  watchStatuses({});
  await until('it was asked', () => asked.length > 0);
  catalog.deregister('a');
  // A probe that is under way may still arrive.
  await until('it is quiet', () => performance.now() - (asked.at(-1) ?? 0) > 400);
  assert.equal(catalog.check('service:a'), undefined);
});

test('a success that somebody else saw counts at once, whatever was seen before or is still under way', async () => {
  answers = [500, 'hang', 200];
  const statuses = watchStatuses({ Interval: '60s', Timeout: '200ms' });
  await until('the second probe is under way', () => asked.length === 2);
  assert.deepEqual(statuses, []);
  checks.passed('a', 'it answered its supervisor');
  assert.deepEqual(statuses, ['passing']);
  assert.equal(catalog.check('service:a')?.output, 'it answered its supervisor');
  // The probe under way ends without an answer after 200 ms; it was asked before and changes nothing.
  await until('it is over', () => performance.now() - (asked.at(-1) ?? 0) > 400);
  assert.deepEqual(statuses, ['passing']);
});
