import { fieldOf, isRecord, stringOf } from '../../../../../shared/untrusted.ts';
import { Kinds } from '../../../../model/kinds.ts';
import type { MeshObject } from '../../../../model/mesh-object.ts';
import { kindKey } from '../../../../model/mesh-object.ts';
import type { CheckContext, ObjectCheck } from '../../check.ts';
import { isAddressOrName, isIpAddress, socketPrefix, socketProblem } from '../formats/addresses.ts';
import type { Site } from '../sites.ts';
import { sitesBelow, sitesIn, textsIn } from '../sites.ts';

export const invalidEndpoint: ObjectCheck = {
  scope: 'object',
  code: 'MESH2233',
  rule: 'invalid-endpoint',
  aliases: ['IST0106', 'IST0133'],
  severity: 'error',
  summary: 'An endpoint has no address that can be called, or ports that its service does not have.',
  refusedBy: 'webhook',
  needsValidText: true,
  subject: [Kinds.serviceEntry, Kinds.workloadEntry],
  inputs: [],
  run(context) {
    const { subject } = context;
    if (kindKey(subject) === Kinds.workloadEntry) {
      if (isRecord(subject.spec)) {
        checkWorkload(context, subject, { path: ['spec'], key: 'spec', value: subject.spec }, undefined);
      }
      return;
    }
    const resolution = stringOf(fieldOf(subject.spec, 'resolution')) ?? 'NONE';
    const portNames = textsIn(subject, 'ports[].name').map(({ value }) => value);
    for (const endpoint of sitesIn(subject, 'endpoints[]')) {
      if (resolution === 'STATIC') checkWorkload(context, subject, endpoint, portNames);
      else if (resolution.startsWith('DNS')) checkNamed(context, subject, endpoint);
      else continue;
      for (const { key, path } of sitesBelow(endpoint.value, endpoint.path, 'ports{}')) {
        if (portNames.includes(key)) continue;
        const message = `The service has no port \`${key}\`. It has ${portNames.map((name) => `\`${name}\``).join(', ') || 'none'}.`;
        context.report(subject, path, { message, part: 'key' });
      }
    }
  },
};

/** An address for DNS: a name or an IP. */
function checkNamed(context: CheckContext, subject: MeshObject, { path, value }: Site): void {
  const address = stringOf(fieldOf(value, 'address'));
  if (address === undefined || address === '') {
    context.report(subject, path, { message: 'This endpoint needs an `address`.' });
  } else if (!isAddressOrName(address)) {
    const message = `\`${address}\` is neither a host name nor an IP address.`;
    context.report(subject, [...path, 'address'], { message, part: 'value' });
  }
}

/** A workload by itself, or an endpoint with the names of the ports that its service has. */
function checkWorkload(
  context: CheckContext,
  subject: MeshObject,
  { path, value }: Site,
  portNames: readonly string[] | undefined,
): void {
  const address = stringOf(fieldOf(value, 'address')) ?? '';
  const network = stringOf(fieldOf(value, 'network')) ?? '';
  const at = [...path, 'address'];
  if (address === '') {
    const isReachable = network !== '';
    const message = isReachable
      ? `Without an \`address\` it is reached through the gateway of its network, \`${network}\`, if that has one.`
      : 'An `address` is needed, or the `network` through whose gateway it is reached.';
    context.report(subject, isReachable ? [...path, 'network'] : path, {
      message,
      ...(isReachable && { severity: 'warning' as const, part: 'value' as const }),
    });
  } else if (address.startsWith(socketPrefix)) {
    const problem = socketProblem(address.slice(socketPrefix.length));
    if (problem !== undefined) context.report(subject, at, { message: `The socket ${problem}.`, part: 'value' });
    const [port] = sitesBelow(value, path, 'ports{}');
    if (port) {
      const message = 'A socket has no ports.';
      context.report(subject, port.path.slice(0, -1), { message, part: 'key' });
    }
    if (portNames !== undefined && portNames.length !== 1) {
      context.report(subject, at, {
        message: 'A socket can be an endpoint of a service with one port only.',
        part: 'value',
      });
    }
  } else if (portNames !== undefined && !isIpAddress(address)) {
    const message = `With resolution STATIC an endpoint has an IP address, and \`${address}\` is none; for names use resolution DNS.`;
    context.report(subject, at, { message, part: 'value' });
  } else if (!isAddressOrName(address)) {
    const message = `\`${address}\` is neither a host name nor an IP address.`;
    context.report(subject, at, { message, part: 'value' });
  }
}
