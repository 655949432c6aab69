import type { KindSchema } from '../../kind-schema.ts';
import { choice, record } from '../../schema.ts';
import { oneSelection, selector, targetRef, targetRefs } from './selection.ts';
import { priority, trafficMatch, wasmFields } from './wasm.ts';

export const wasmPlugin: KindSchema = {
  group: 'extensions.istio.io',
  kind: 'WasmPlugin',
  versions: ['v1alpha1'],
  help: 'A WebAssembly module that proxies run on requests or connections.',
  required: ['spec'],
  fields: {
    spec: record(
      'The module, and where it runs.',
      {
        selector,
        targetRef,
        targetRefs,
        ...wasmFields,
        match: trafficMatch,
        phase: choice(
          'Where in the chain it runs: before authentication, before authorization, or before statistics.',
          ['UNSPECIFIED_PHASE', 'AUTHN', 'AUTHZ', 'STATS'],
        ),
        priority,
      },
      { required: ['url'], exclusive: [oneSelection] },
    ),
  },
};
