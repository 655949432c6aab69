import { isIP } from 'node:net';
import { stringOf } from '../../../../shared/untrusted.ts';
import type { ObjectCheck } from '../check.ts';
import { hostOfUrl, istioWebhooksOf, webhookKinds } from './istio-webhooks.ts';

export const controlPlaneIp: ObjectCheck = {
  scope: 'object',
  code: 'MESH2305',
  rule: 'control-plane-ip',
  aliases: ['IST0164'],
  severity: 'information',
  summary: 'A webhook of Istio calls the control plane by an IP address.',
  subject: webhookKinds,
  inputs: [],
  run(context) {
    const { subject } = context;
    for (const { path, clientConfig } of istioWebhooksOf(subject)) {
      const host = hostOfUrl(stringOf(clientConfig?.url) ?? '');
      if (host === undefined || isIP(host) === 0) continue;
      context.report(subject, [...path, 'clientConfig', 'url'], {
        message: `The control plane is called by its address \`${host}\`. Certificates are checked against names, and addresses change: use a host name.`,
        part: 'value',
      });
    }
  },
};
