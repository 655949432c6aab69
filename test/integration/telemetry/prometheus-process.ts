import type { ChildProcess } from 'node:child_process';
import { spawn, spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';

/** Why tests that need a real Prometheus are left out, or false. */
export const prometheusMissing = spawnSync('prometheus', ['--version'], { stdio: 'ignore' }).error
  ? 'there is no prometheus on the PATH'
  : false;

export interface PrometheusProcess {
  readonly url: string;
  stop(): Promise<void>;
}

/** A Prometheus that scrapes these targets each second, on a port that the system chooses, with its data in the folder. */
export async function startPrometheus(folder: string, targets: readonly string[]): Promise<PrometheusProcess> {
  const config = path.join(folder, 'prometheus.yml');
  await writeFile(
    config,
    `global: { scrape_interval: 1s, scrape_timeout: 1s }
scrape_configs:
  - job_name: mesh
    static_configs: [{ targets: ${JSON.stringify(targets)} }]
`,
  );
  const child = spawn(
    'prometheus',
    [`--config.file=${config}`, `--storage.tsdb.path=${path.join(folder, 'tsdb')}`, '--web.listen-address=127.0.0.1:0'],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  return { url: await listening(child), stop: () => ended(child) };
}

function listening(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let log = '';
    child.stderr?.on('data', (data: Buffer) => {
      log = (log + data.toString('utf8')).slice(-20_000);
      const address = /"Listening on" address=(127\.0\.0\.1:[1-9]\d*)/.exec(log)?.[1];
      if (address !== undefined) resolve(`http://${address}`);
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`prometheus ended with ${code ?? 'a signal'}: ${log.slice(-2000)}`)));
  });
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await exit;
}
