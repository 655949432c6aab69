import type { KindSchema } from '../../kind-schema.ts';
import { choice, mapOf, record } from '../../schema.ts';
import { selector } from './selection.ts';

const mtls = record('How calls from other workloads are taken.', {
  mode: choice(
    '`STRICT` takes mutual TLS only, `PERMISSIVE` also plain text, `DISABLE` plain text only, `UNSET` what the level above says.',
    ['UNSET', 'DISABLE', 'PERMISSIVE', 'STRICT'],
  ),
});

export const peerAuthentication: KindSchema = {
  group: 'security.istio.io',
  kind: 'PeerAuthentication',
  versions: ['v1', 'v1beta1'],
  help: 'Whether workloads take mutual TLS: for the mesh (root namespace), a namespace, or selected workloads.',
  required: [],
  fields: {
    spec: record('Who it is for and what is taken.', {
      selector,
      mtls,
      portLevelMtls: mapOf('Settings for single ports of the workload; needs a selector.', mtls, { minEntries: 1 }),
    }),
  },
};
