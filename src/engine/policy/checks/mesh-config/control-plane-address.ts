import { isRecord } from '../../../../shared/untrusted.ts';
import type { ObjectCheck } from '../check.ts';
import { hostOfUrl, istioWebhooksOf, webhookKinds } from './istio-webhooks.ts';

export const controlPlaneAddress: ObjectCheck = {
  scope: 'object',
  code: 'MESH2304',
  rule: 'control-plane-address',
  aliases: ['IST0163'],
  severity: 'warning',
  summary: 'A webhook of Istio says no address of the control plane, or one that is no URL.',
  subject: webhookKinds,
  inputs: [],
  run(context) {
    const { subject } = context;
    for (const { name, path, clientConfig } of istioWebhooksOf(subject)) {
      const url = clientConfig?.url;
      if (url === undefined || url === null) {
        if (isRecord(clientConfig?.service)) continue;
        context.report(subject, clientConfig ? [...path, 'clientConfig'] : path, {
          message: `Webhook \`${name}\` has neither \`service\` nor \`url\`, so the API server cannot call the control plane.`,
          ...(clientConfig && { part: 'key' as const }),
        });
      } else if (typeof url === 'string' && hostOfUrl(url) === undefined) {
        context.report(subject, [...path, 'clientConfig', 'url'], {
          message: `\`${url}\` is no URL, so the API server cannot call the control plane.`,
          part: 'value',
        });
      }
    }
  },
};
