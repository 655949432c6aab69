import { fieldOf, isRecord, stringOf } from '../../../../shared/untrusted.ts';
import { didYouMean, nearestNames } from '../../../../shared/nearest-names.ts';
import type { ObjectCheck } from '../check.ts';
import { serviceDirectory } from '../directories/service-directory.ts';
import { istioWebhooksOf, webhookKinds } from './istio-webhooks.ts';

export const unknownWebhookService: ObjectCheck = {
  scope: 'object',
  code: 'MESH2303',
  rule: 'unknown-webhook-service',
  aliases: ['IST0139'],
  severity: 'error',
  summary: 'A webhook of Istio calls a Service that does not exist.',
  subject: webhookKinds,
  inputs: [serviceDirectory],
  run(context) {
    const { subject } = context;
    const directory = context.index(serviceDirectory);
    for (const { name, path, clientConfig } of istioWebhooksOf(subject)) {
      const service = clientConfig?.service;
      const [called, namespace] = ['name', 'namespace'].map((key) => stringOf(fieldOf(service, key)));
      if (!isRecord(service) || !called || !namespace) continue;
      const here = directory.namesIn(namespace);
      const elsewhere = directory.named(called).map((each) => each.namespace);
      // Services of a namespace of which nothing is known are declared elsewhere.
      const isElsewhere = here.length === 0 && elsewhere.length === 0 && !directory.isComplete;
      if (here.includes(called) || isElsewhere) continue;
      const near = nearestNames(called, here);
      const place = [...path, 'clientConfig', 'service', 'name'];
      const hint = elsewhere.length > 0 ? ` There is one in \`${elsewhere.join('`, `')}\`.` : didYouMean(near);
      context.report(subject, place, {
        message: `Webhook \`${name}\` calls Service \`${called}\` in namespace \`${namespace}\`, which does not exist.${hint}`,
        part: 'value',
        fixes: near.map((value, index) => ({
          title: `Replace with \`${value}\``,
          isPreferred: index === 0,
          changes: [{ type: 'replace-value', object: subject, path: place, value }],
        })),
      });
    }
  },
};
