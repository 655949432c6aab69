import { Kinds } from '../../../model/kinds.ts';
import type { MeshObject } from '../../../model/mesh-object.ts';
import type { WebhookView } from './webhook-view.ts';
import { webhooksOf } from './webhook-view.ts';

/** Configurations that istiod's charts install; others are of other controllers. */
const istioNames = /^(?:istiod-default-validator$|istio-validator|istio-sidecar-injector)/;

export const webhookKinds = [Kinds.mutatingWebhookConfiguration, Kinds.validatingWebhookConfiguration];

/** Webhooks of Istio's own configurations. */
export function istioWebhooksOf(object: MeshObject): readonly WebhookView[] {
  return istioNames.test(object.name) ? webhooksOf(object) : [];
}

/** Host of the URL; undefined where it is none. */
export function hostOfUrl(url: string): string | undefined {
  if (!URL.canParse(url)) return undefined;
  return new URL(url).hostname.replace(/^\[(.*)\]$/, '$1') || undefined;
}
