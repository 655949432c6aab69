import path from 'node:path';
import {
  processorMicroseconds,
  residentMegabytes,
  startNginx,
  startScript,
  wrk,
  type Load,
  type Subject,
} from './process.ts';
import { digits, median, type BenchRow } from './table.ts';

// Many short rounds: each compares what ran within a few seconds, whatever else the machine did in that time.
const rounds = 9;
const seconds = 2;
const body = 'x'.repeat(1024);

async function withSubjects<T>(
  start: readonly (() => Promise<Subject>)[],
  use: (subjects: readonly Subject[]) => Promise<T>,
): Promise<T> {
  const subjects: Subject[] = [];
  try {
    for (const each of start) subjects.push(await each());
    return await use(subjects);
  } finally {
    await Promise.all(subjects.map((subject) => subject.stop()));
  }
}

/** The data plane with routing, header operations, metrics and spans on, beside http-proxy-3 and nginx, rounds interleaved; ratios are medians of those of a round. */
export async function benchDataPlane(): Promise<readonly BenchRow[]> {
  const here = import.meta.dirname;
  const origin = await startNginx('origin', `location / { default_type text/plain; return 200 "${body}"; }`);
  try {
    const upstream = `upstream origin { server 127.0.0.1:${origin.port}; keepalive 64; keepalive_requests 1000000000; }`;
    const pass = 'location / { proxy_pass http://origin; proxy_http_version 1.1; proxy_set_header Connection ""; }';
    return await withSubjects(
      [
        () => startScript('meshlens', path.join(here, 'subjects/meshlens-gateway.ts'), [String(origin.port)]),
        () =>
          startScript('http-proxy-3', path.join(here, 'subjects/http-proxy-3.ts'), [`http://127.0.0.1:${origin.port}`]),
        () => startNginx('nginx', pass, upstream),
      ],
      async (subjects) => {
        const url = (port: number): string => `http://127.0.0.1:${port}/api/v1/items/42`;
        const runs = new Map<string, Load[]>(subjects.map(({ name }) => [name, []]));
        const costs = new Map<string, number[]>(subjects.map(({ name }) => [name, []]));
        const single = new Map<string, Load[]>(
          [...subjects.map(({ name }) => name), 'direct'].map((name) => [name, []]),
        );
        for (const { port } of subjects) await wrk(url(port), 32, 2);
        for (let round = 0; round < rounds; round++) {
          for (const { name, port, pid } of subjects) {
            const before = await processorMicroseconds(pid);
            const run = await wrk(url(port), 32, seconds);
            runs.get(name)?.push(run);
            const spent = (await processorMicroseconds(pid)) - before;
            costs.get(name)?.push(spent / (run.requestsPerSecond * seconds));
          }
          single.get('direct')?.push(await wrk(url(origin.port), 1, 1));
          for (const { name, port } of subjects) single.get(name)?.push(await wrk(url(port), 1, 1));
        }
        const rate = (name: string): number =>
          median((runs.get(name) ?? []).map(({ requestsPerSecond }) => requestsPerSecond));
        const added = (name: string): number =>
          median((single.get(name) ?? []).map(({ p50 }) => p50)) -
          median((single.get('direct') ?? []).map(({ p50 }) => p50));
        const cost = (name: string): number => median(costs.get(name) ?? []);
        const errors = (runs.get('meshlens') ?? []).reduce((sum, run) => sum + run.errors, 0);
        const ours = subjects.find(({ name }) => name === 'meshlens');
        const memory = await residentMegabytes(ours?.pid ?? 0);
        const versus = (peer: string): number =>
          median(
            (runs.get('meshlens') ?? []).map(
              ({ requestsPerSecond }, round) => requestsPerSecond / (runs.get(peer)?.[round]?.requestsPerSecond ?? NaN),
            ),
          );
        const versusPeer = versus('http-proxy-3');
        const versusNginx = versus('nginx');
        return [
          {
            what: 'proxied requests a second, 1 KiB, 32 connections',
            ours: digits(rate('meshlens')),
            peer: `http-proxy-3 ${digits(rate('http-proxy-3'))}: ${digits(versusPeer)} ×`,
            budget: '≥ 2.5 ×',
            met: versusPeer >= 2.5 && errors === 0,
          },
          {
            what: 'the same, beside nginx',
            ours: digits(rate('meshlens')),
            peer: `nginx ${digits(rate('nginx'))}: ${digits(versusNginx)} ×`,
            budget: 'later 0.4 ×',
            met: versusNginx >= 0.4,
          },
          {
            what: 'processor time of such a request, telemetry and garbage collection included',
            ours: `${digits(cost('meshlens'))} µs`,
            peer: `http-proxy-3 ${digits(cost('http-proxy-3'))} µs, nginx ${digits(cost('nginx'))} µs`,
            budget: '≤ 0.4 × http-proxy-3',
            met: cost('meshlens') <= 0.4 * cost('http-proxy-3'),
          },
          {
            what: 'added latency, 1 connection, median',
            ours: `${digits(added('meshlens'))} ms`,
            peer: `http-proxy-3 ${digits(added('http-proxy-3'))} ms, nginx ${digits(added('nginx'))} ms`,
            budget: '≤ http-proxy-3',
            met: added('meshlens') <= added('http-proxy-3'),
          },
          {
            what: 'memory of the loaded process',
            ours: `${digits(memory)} MB`,
            peer: `http-proxy-3 ${digits(await residentMegabytes(subjects.find(({ name }) => name === 'http-proxy-3')?.pid ?? 0))} MB`,
            budget: '≤ 250 MB',
            met: memory <= 250,
          },
        ];
      },
    );
  } finally {
    await origin.stop();
  }
}
