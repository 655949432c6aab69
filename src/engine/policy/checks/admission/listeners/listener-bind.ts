import { fieldOf, isRecord, numberOf, stringOf } from '../../../../../shared/untrusted.ts';
import { Kinds } from '../../../../model/kinds.ts';
import type { MeshObject } from '../../../../model/mesh-object.ts';
import { kindKey } from '../../../../model/mesh-object.ts';
import type { CheckContext, ObjectCheck } from '../../check.ts';
import { isIpAddress, socketPrefix, socketProblem } from '../formats/addresses.ts';
import { isPort } from '../formats/ports.ts';
import type { Site } from '../sites.ts';
import { sitesIn, textsIn } from '../sites.ts';

const loopback = new Set(['', '127.0.0.1', '0.0.0.0', '::1', '::']);

export const listenerBind: ObjectCheck = {
  scope: 'object',
  code: 'MESH2242',
  rule: 'listener-bind',
  aliases: ['IST0106'],
  severity: 'error',
  summary: 'A listener cannot listen, or send on, where it is told to.',
  refusedBy: 'webhook',
  subject: [Kinds.gateway, Kinds.sidecar],
  inputs: [],
  run(context) {
    const { subject } = context;
    const isGateway = kindKey(subject) === Kinds.gateway;
    for (const site of sitesIn(subject, ...(isGateway ? ['servers[]'] : ['egress[]'])))
      checkListener(context, subject, site);
    if (isGateway) return;
    for (const { path, value } of textsIn(subject, 'ingress[].bind')) {
      if (value === '' || isIpAddress(value)) continue;
      context.report(subject, path, { message: `\`${value}\` is no IP address.`, part: 'value' });
    }
    for (const { path, value } of textsIn(subject, 'ingress[].defaultEndpoint')) {
      const problem = value === '' ? undefined : endpointProblem(value);
      if (problem !== undefined) context.report(subject, path, { message: problem, part: 'value' });
    }
  },
};

function checkListener(context: CheckContext, subject: MeshObject, { path, value }: Site): void {
  const port = fieldOf(value, 'port');
  const bind = stringOf(fieldOf(value, 'bind')) ?? '';
  // A listener of a Sidecar without a port takes all others, wherever it listens.
  if (!isRecord(port)) return;
  const number = numberOf(port.number) ?? 0;
  const isSocket = bind.startsWith(socketPrefix);
  if (isSocket) {
    const problem = socketProblem(bind.slice(socketPrefix.length));
    if (problem !== undefined)
      context.report(subject, [...path, 'bind'], { message: `The socket ${problem}.`, part: 'value' });
    if (number !== 0) {
      const message = 'A socket has no port: the number must be 0 when `bind` is a socket.';
      context.report(subject, [...path, 'port', 'number'], { message, part: 'value' });
    }
  } else if (bind !== '' && !isIpAddress(bind)) {
    const message = `\`${bind}\` is neither an IP address nor a socket such as \`unix:///run/app.sock\`.`;
    context.report(subject, [...path, 'bind'], { message, part: 'value' });
  }
  if (!isSocket && !isPort(number)) {
    const hasNumber = Object.hasOwn(port, 'number');
    const message = 'A port is from 1 to 65535.';
    context.report(subject, [...path, 'port', ...(hasNumber ? ['number'] : [])], {
      message,
      part: hasNumber ? 'value' : 'key',
    });
  }
  const captureMode = stringOf(fieldOf(value, 'captureMode')) ?? 'DEFAULT';
  if (number === 0 && captureMode === 'IPTABLES') {
    const message = 'iptables redirects no traffic to a socket; use NONE, or leave `captureMode` out.';
    context.report(subject, [...path, 'captureMode'], { message, part: 'value' });
  }
}

function endpointProblem(endpoint: string): string | undefined {
  if (endpoint.startsWith(socketPrefix)) {
    const problem = socketProblem(endpoint.slice(socketPrefix.length));
    return problem === undefined ? undefined : `The socket ${problem}.`;
  }
  const match = /^(?:\[([^\]]*)\]|([^:[\]]*)):([^:]*)$/.exec(endpoint);
  const [host, port] = [match?.[1] ?? match?.[2] ?? '', match?.[3] ?? ''];
  if (match && loopback.has(host) && /^[-+]?\d+$/.test(port) && isPort(Number(port))) return undefined;
  return `\`${endpoint}\` is none of \`127.0.0.1:port\`, \`0.0.0.0:port\`, \`[::1]:port\`, \`[::]:port\` and \`unix:///socket\`.`;
}
