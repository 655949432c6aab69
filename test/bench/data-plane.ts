import path from 'node:path';
import { residentMegabytes, startNginx, startScript, wrk, type Load, type Subject } from './process.ts';
import { digits, median, type BenchRow } from './table.ts';

const rounds = 5;
const seconds = 4;
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

/** The data plane with routing, header operations, metrics and spans on, beside http-proxy-3 and nginx, rounds interleaved. */
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
        const single = new Map<string, Load[]>(
          [...subjects.map(({ name }) => name), 'direct'].map((name) => [name, []]),
        );
        for (const { port } of subjects) await wrk(url(port), 32, 2);
        for (let round = 0; round < rounds; round++) {
          for (const { name, port } of subjects) runs.get(name)?.push(await wrk(url(port), 32, seconds));
          single.get('direct')?.push(await wrk(url(origin.port), 1, 2));
          for (const { name, port } of subjects) single.get(name)?.push(await wrk(url(port), 1, 2));
        }
        const rate = (name: string): number =>
          median((runs.get(name) ?? []).map(({ requestsPerSecond }) => requestsPerSecond));
        const added = (name: string): number =>
          median((single.get(name) ?? []).map(({ p50 }) => p50)) -
          median((single.get('direct') ?? []).map(({ p50 }) => p50));
        const errors = (runs.get('meshlens') ?? []).reduce((sum, run) => sum + run.errors, 0);
        const ours = subjects.find(({ name }) => name === 'meshlens');
        const memory = await residentMegabytes(ours?.pid ?? 0);
        const versusPeer = rate('meshlens') / rate('http-proxy-3');
        const versusNginx = rate('meshlens') / rate('nginx');
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
