import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

export interface Subject {
  readonly name: string;
  readonly port: number;
  readonly pid: number;
  stop(): Promise<void>;
}

const ended = (child: ChildProcess): Promise<void> =>
  child.exitCode !== null || child.signalCode !== null
    ? Promise.resolve()
    : new Promise((resolve) => child.once('exit', () => resolve()));

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Starts a script that prints the port it listens on. */
export async function startScript(name: string, script: string, args: readonly string[]): Promise<Subject> {
  const child = spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const port = await new Promise<number>((resolve, reject) => {
    child.stdout.once('data', (chunk: Buffer) => resolve(Number(chunk.toString().trim())));
    child.once('exit', (code) => reject(new Error(`${name} ended with ${code}.`)));
  });
  return {
    name,
    port,
    pid: child.pid ?? 0,
    async stop() {
      child.kill('SIGKILL');
      await ended(child);
    },
  };
}

/** Starts nginx in the foreground with one worker and the given server block. */
export async function startNginx(name: string, serverBlock: string, upstream = ''): Promise<Subject> {
  const folder = await mkdtemp(path.join(tmpdir(), 'meshlens-nginx-'));
  const port = await freePort();
  const config = `
    worker_processes 1; daemon off; pid ${folder}/pid; error_log stderr crit;
    events { worker_connections 4096; }
    http {
      access_log off; keepalive_requests 1000000000; client_body_temp_path ${folder}; proxy_temp_path ${folder}; fastcgi_temp_path ${folder}; uwsgi_temp_path ${folder}; scgi_temp_path ${folder};
      ${upstream}
      server { listen 127.0.0.1:${port} reuseport; ${serverBlock} }
    }`;
  await writeFile(path.join(folder, 'nginx.conf'), config);
  const child = spawn('nginx', ['-c', path.join(folder, 'nginx.conf'), '-p', folder], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  for (let attempt = 0; ; attempt++) {
    const up = await fetch(`http://127.0.0.1:${port}/`).then(
      () => true,
      () => false,
    );
    if (up) break;
    if (attempt > 100 || child.exitCode !== null) throw new Error(`${name} did not start.`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const worker = Number(
    (await readFile(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').catch(() => '')).trim().split(' ')[0] ?? 0,
  );
  return {
    name,
    port,
    pid: worker || (child.pid ?? 0),
    async stop() {
      child.kill('SIGQUIT');
      await ended(child);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export interface Load {
  readonly requestsPerSecond: number;
  readonly p50: number;
  readonly p99: number;
  readonly errors: number;
}

const milliseconds = (text: string): number => {
  const match = /^([\d.]+)(us|ms|s)$/.exec(text);
  return match ? Number(match[1]) * ({ us: 0.001, ms: 1, s: 1000 }[match[2] ?? 'ms'] ?? 1) : NaN;
};

/** One run of wrk. Latencies in milliseconds. */
export async function wrk(url: string, connections: number, seconds: number): Promise<Load> {
  const child = spawn(
    'wrk',
    [
      '-t1',
      `-c${connections}`,
      `-d${seconds}s`,
      '--latency',
      '-H',
      'x-tenant: bench',
      '-H',
      'accept: application/json',
      url,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  await ended(child);
  const find = (pattern: RegExp): string => pattern.exec(output)?.[1] ?? '';
  const errors = [...output.matchAll(/(?:connect|read|write|timeout|Non-2xx or 3xx responses:?) (\d+)/g)].reduce(
    (sum, match) => sum + Number(match[1]),
    0,
  );
  return {
    requestsPerSecond: Number(find(/Requests\/sec:\s+([\d.]+)/)),
    p50: milliseconds(find(/50%\s+(\S+)/)),
    p99: milliseconds(find(/99%\s+(\S+)/)),
    errors,
  };
}

/** Resident memory of a process in MB; NaN where the system does not say. */
export async function residentMegabytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? NaN) / 1024;
}

/** Processor time a process has used so far, all its threads together, in microseconds; NaN where the system does not say. */
export async function processorMicroseconds(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // Behind the name, which may contain anything: utime and stime are the 14th and 15th field, in hundredths of a second.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11] ?? NaN) + Number(fields[12] ?? NaN)) * 10_000;
}
