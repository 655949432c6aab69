import type { DevProxyStatus } from '../../../shared/dev-proxy.ts';
import type { Translate } from '../../translate.ts';

/** What the status bar says of the dev proxy, as plain data; undefined while it is stopped. */
export function devProxyText(
  status: DevProxyStatus,
  t: Translate,
): { readonly text: string; readonly tooltip: string; readonly isDegraded: boolean } | undefined {
  const context = status.context ?? '';
  const tooltip = [
    ...(status.address === undefined ? [] : [t('Dev proxy at {0}', status.address)]),
    t('Namespaces: {0}', status.namespaces.join(', ')),
    ...status.services.map(({ host, port, endpoints, listener, message }) =>
      [
        `${host}:${port}`,
        t('{0} of {1} endpoints ready', endpoints.ready, endpoints.total),
        ...(listener === undefined ? [] : [listener]),
        ...(message === undefined ? [] : [message]),
      ].join(' · '),
    ),
    ...status.standIns.map(({ namespace, workload }) =>
      t('A local process stands in for {0}/{1}', namespace, workload),
    ),
    ...(status.includeUnsaved ? [t('Unsaved policy edits count.')] : []),
    ...(status.message === undefined ? [] : [status.message]),
  ].join('\n');
  const count = status.standIns.length;
  const standIns = count === 0 ? '' : count === 1 ? t('1 stand-in') : t('{0} stand-ins', count);
  switch (status.phase) {
    case 'stopped':
      return undefined;
    case 'starting':
      return { text: `$(sync~spin) ${t('Dev proxy starting')}`, tooltip, isDegraded: false };
    case 'stopping':
      return { text: `$(sync~spin) ${t('Dev proxy stopping')}`, tooltip, isDegraded: false };
    case 'running':
      return {
        text: `$(plug) ${[t('Dev proxy · {0}', context), standIns].filter(Boolean).join(' · ')}`,
        tooltip,
        isDegraded: false,
      };
    case 'degraded':
      return { text: `$(warning) ${t('Dev proxy · {0} · degraded', context)}`, tooltip, isDegraded: true };
  }
}
