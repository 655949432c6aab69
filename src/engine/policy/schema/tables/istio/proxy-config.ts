import type { KindSchema } from '../../kind-schema.ts';
import { integer, mapOf, record, text } from '../../schema.ts';
import { selector } from './selection.ts';

export const proxyConfig: KindSchema = {
  group: 'networking.istio.io',
  kind: 'ProxyConfig',
  versions: ['v1beta1'],
  help: 'Settings of the proxies themselves, taken when a pod starts: threads, image, environment.',
  required: [],
  fields: {
    spec: record('The proxies, and their settings.', {
      selector,
      concurrency: integer('Worker threads; 0 for one per core, 2 unless given.', { minimum: 0, nullable: true }),
      environmentVariables: mapOf(
        'Environment of the proxy, by name; for settings that have no field of their own.',
        text('Value of the variable.', { maxLength: 2048 }),
      ),
      image: record('Which image the proxy runs.', {
        imageType: text('Variant of the image, such as `distroless` or `debug`.'),
      }),
    }),
  },
};
