import { fieldOf, stringOf } from '../../../../../shared/untrusted.ts';
import { Kinds } from '../../../../model/kinds.ts';
import type { ObjectCheck } from '../../check.ts';
import { isHttpProtocol, isTlsProtocol } from '../formats/protocols.ts';
import { sitesIn } from '../sites.ts';

export const hostsOnTcpPort: ObjectCheck = {
  scope: 'object',
  code: 'MESH2232',
  rule: 'hosts-on-tcp-port',
  aliases: ['IST0106', 'IST0133'],
  severity: 'error',
  summary: 'A ServiceEntry has several hosts on a port where they cannot be told apart.',
  refusedBy: 'webhook',
  subject: Kinds.serviceEntry,
  inputs: [],
  run(context) {
    const { subject } = context;
    const resolution = stringOf(fieldOf(subject.spec, 'resolution')) ?? 'NONE';
    const hosts = sitesIn(subject, 'hosts[]');
    const [, second] = hosts;
    if (resolution === 'NONE' || !second) return;
    const related = [{ message: 'The hosts.', object: subject, path: ['spec', 'hosts'] }];
    const ports = sitesIn(subject, 'ports[]').map(({ path, value }) => ({
      path,
      protocol: stringOf(fieldOf(value, 'protocol')) ?? '',
    }));
    const plain = ports.find(({ protocol }) => !isHttpProtocol(protocol) && !isTlsProtocol(protocol));
    if (plain) {
      context.report(subject, plain.protocol === '' ? plain.path : [...plain.path, 'protocol'], {
        message: `On this port the ${String(hosts.length)} hosts cannot be told apart; make a ServiceEntry of each, or set HTTP or TLS as the protocol.`,
        part: 'value',
        related,
      });
      return;
    }
    const isNamed = resolution === 'DNS' || resolution === 'DNS_ROUND_ROBIN';
    const encrypted = ports.find(({ protocol }) => isTlsProtocol(protocol));
    if (!isNamed || !encrypted || sitesIn(subject, 'addresses[]').length === 0) return;
    context.report(subject, [...encrypted.path, 'protocol'], {
      message: 'With `addresses` a port of this protocol is told by its address alone, so only one host can be served.',
      part: 'value',
      severity: 'warning',
      related,
    });
  },
};
