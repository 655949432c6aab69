import type { FieldPath } from '../../../../shared/text.ts';
import { fieldOf, listOf, numberOf, stringOf } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import { portProtocol } from '../../semantics/services.ts';
import type { CheckContext, ObjectCheck } from '../check.ts';
import { replacements } from '../replacements.ts';

/** Ports that are always for one protocol which is not HTTP, and how it is called. */
const wellKnown: ReadonlyMap<number, string> = new Map([
  [3306, 'MySQL'],
  [5432, 'PostgreSQL'],
  [6379, 'Redis'],
  [27017, 'MongoDB'],
  [9092, 'Kafka'],
  [5672, 'AMQP'],
]);

export const portProtocolMismatch: ObjectCheck = {
  scope: 'object',
  code: 'MESH2050',
  rule: 'port-protocol-mismatch',
  aliases: [],
  severity: 'warning',
  summary: 'A port is named for one protocol and, by its number or its `appProtocol`, carries another.',
  subject: Kinds.service,
  inputs: [],
  run(context) {
    for (const [index, port] of listOf(fieldOf(context.subject.spec, 'ports')).entries()) {
      checkPort(context, port, ['spec', 'ports', index]);
    }
  },
};

function checkPort(context: CheckContext, value: unknown, path: FieldPath): void {
  const name = stringOf(fieldOf(value, 'name')) ?? '';
  const port = numberOf(fieldOf(value, 'port'));
  const transport = stringOf(fieldOf(value, 'protocol')) ?? 'TCP';
  const appProtocol = stringOf(fieldOf(value, 'appProtocol'));
  const target = fieldOf(value, 'targetPort');
  if (port === undefined || name === '' || transport !== 'TCP') return;
  // As names say it, a number that is known to be sniffed or not aside.
  const named = portProtocol(0, name, transport, undefined);
  const { subject } = context;
  const report = (message: string, better: readonly string[]): void => {
    const fixes = better.length > 0 ? replacements(subject, [...path, 'name'], better) : [];
    context.report(subject, [...path, 'name'], { message, part: 'value', fixes });
  };
  if (appProtocol !== undefined) {
    const said = portProtocol(0, '', transport, appProtocol);
    const isContradiction = named !== 'auto' && said !== 'auto' && named !== said;
    if (isContradiction) {
      report(
        `The name says \`${name.split('-', 1)[0] ?? ''}\`, and \`appProtocol: ${appProtocol}\` is what counts.`,
        [],
      );
    }
    return;
  }
  const rest = name.includes('-') ? name.slice(name.indexOf('-')) : '';
  const isSecureTarget = target === undefined || target === 443 || target === 8443 || target === 'https';
  if (named === 'http' && port === 443 && isSecureTarget) {
    report(`Port 443 is for TLS, and with this name proxies take what comes for plain HTTP and refuse it.`, [
      `https${rest}`,
    ]);
    return;
  }
  const isPlainTarget = target === undefined || target === 80 || target === 8080 || target === 'http';
  if (named === 'tls' && port === 80 && isPlainTarget) {
    report(
      'Port 80 is for plain HTTP, and with this name proxies take what comes for TLS, in which they read no requests.',
      [`http${rest}`],
    );
    return;
  }
  const known = wellKnown.get(port);
  if (named === 'http' && known !== undefined && (target === undefined || target === port)) {
    report(`Port ${String(port)} is that of ${known}, and with this name proxies take what comes for HTTP.`, [
      `tcp${rest}`,
    ]);
  }
}
