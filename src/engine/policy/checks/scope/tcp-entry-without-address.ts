import { fieldOf, listOf } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { ObjectCheck } from '../check.ts';
import { meshConfiguration, proxyMetadata } from '../mesh-config/mesh-configuration.ts';
import { portsOf } from './service-entry-view.ts';

export const tcpEntryWithoutAddress: ObjectCheck = {
  scope: 'object',
  code: 'MESH1606',
  rule: 'tcp-entry-without-address',
  aliases: ['IST0133', 'IST0134'],
  severity: 'warning',
  summary: 'A ServiceEntry has a TCP port and no addresses, so its port takes the connections of every host.',
  subject: Kinds.serviceEntry,
  inputs: [meshConfiguration],
  run(context) {
    const { subject } = context;
    if (listOf(fieldOf(subject.spec, 'addresses')).length > 0) return;
    if (listOf(fieldOf(subject.status, 'addresses')).length > 0) return;
    const label = subject.labels['networking.istio.io/enable-autoallocate-ip'];
    if (label === 'true') return;
    const allocates = context
      .index(meshConfiguration)
      .configs.some(
        (config) =>
          proxyMetadata(config, 'ISTIO_META_DNS_CAPTURE') === 'true' &&
          (proxyMetadata(config, 'ISTIO_META_DNS_AUTO_ALLOCATE') === 'true' ||
            proxyMetadata(config, 'PILOT_ENABLE_IP_AUTOALLOCATE') === 'true'),
      );
    if (allocates) return;
    for (const { number, protocol, hasProtocol, path } of portsOf(subject)) {
      if (protocol !== 'TCP' || number === undefined) continue;
      const why = hasProtocol ? 'Its protocol is TCP' : 'It names no protocol, so it is TCP';
      context.report(subject, hasProtocol ? [...path, 'protocol'] : [...path, 'number'], {
        message: `${why}, and a TCP connection does not tell its host: without \`addresses\`, every connection to port ${String(number)}, of whatever host, goes to this entry.`,
        part: 'value',
      });
    }
  },
};
