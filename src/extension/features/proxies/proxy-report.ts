import type { ProxyStatus, SyncState } from '../../../shared/cluster.ts';
import { ReportWriter, type Report } from '../../report-writer.ts';
import type { Translate } from '../../translate.ts';

const types = ['CDS', 'LDS', 'EDS', 'RDS', 'ECDS'] as const;

/** Worst first. */
const order: readonly SyncState[] = ['stale', 'not-sent', 'unknown', 'ignored', 'synced'];

/** What `istioctl proxy-status` tells, as read-only text: those that are not in sync first. */
export function proxyReport(context: string, proxies: readonly ProxyStatus[], t: Translate): Report {
  const writer = new ReportWriter();
  writer.line(`# ${t('Proxies of {0}', context)}`).line();
  if (proxies.length === 0) {
    writer.line(
      t(
        'No proxy is connected to a control plane that may be asked. Pods get a proxy when they are created in a namespace that is enrolled in the mesh.',
      ),
    );
    return writer.finish();
  }
  const ill = proxies.filter(({ state }) => state !== 'synced').length;
  writer.line(
    ill === 0
      ? proxies.length === 1
        ? t('The only proxy runs what its control plane last sent.')
        : t('All {0} proxies run what their control plane last sent.', proxies.length)
      : t('{0} of {1} proxies do not run what their control plane last sent, or it is not known.', ill, proxies.length),
  );
  writer.line();
  const rows = proxies
    .toSorted((a, b) => order.indexOf(a.state) - order.indexOf(b.state) || (a.proxy < b.proxy ? -1 : 1))
    .map((proxy) => [
      proxy.proxy,
      proxy.workload ?? '',
      word(proxy.state, t),
      ...types.map((type) => (proxy.types[type] === undefined ? '' : word(proxy.types[type], t))),
      proxy.version ?? '',
      proxy.istiod ?? '',
    ]);
  for (const line of table(
    [t('Proxy'), t('Workload'), t('State'), ...types, t('Version'), 'istiod'].map(String),
    rows,
  )) {
    writer.line(line);
  }
  return writer.finish();
}

function word(state: SyncState, t: Translate): string {
  switch (state) {
    case 'synced':
      return t('synced');
    case 'stale':
      return t('STALE');
    case 'not-sent':
      return t('not sent');
    case 'ignored':
      return t('ignored');
    case 'unknown':
      return t('unknown');
  }
}

/** A table of Markdown whose columns also stand below one another in plain text. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const all = [head, ...rows].map((row) => row.map((cell) => cell.replaceAll('|', '\\|')));
  const widths = head.map((_, at) => Math.max(3, ...all.map((row) => (row[at] ?? '').length)));
  const line = (cells: readonly string[]): string =>
    `| ${widths.map((width, at) => (cells[at] ?? '').padEnd(width)).join(' | ')} |`;
  const [first = [], ...others] = all;
  return [line(first), line(widths.map((width) => '-'.repeat(width))), ...others.map(line)];
}
