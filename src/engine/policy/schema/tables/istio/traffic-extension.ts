import { isRecord } from '../../../../../shared/untrusted.ts';
import type { KindSchema } from '../../kind-schema.ts';
import type { SchemaRule } from '../../schema.ts';
import { choice, record, text } from '../../schema.ts';
import { selector, targetRefs } from './selection.ts';
import { priority, trafficMatch, wasmFields } from './wasm.ts';

const someCode: SchemaRule = (value) =>
  isRecord(value) && value.wasm === undefined && value.lua === undefined
    ? [{ path: [], part: 'key', message: 'A TrafficExtension needs `wasm` or `lua`.' }]
    : [];

export const trafficExtension: KindSchema = {
  group: 'extensions.istio.io',
  kind: 'TrafficExtension',
  versions: ['v1alpha1'],
  help: 'Code that proxies run on requests: a WebAssembly module or a Lua script.',
  required: ['spec'],
  fields: {
    spec: record(
      'The code, and where it runs. Exactly one of `wasm` and `lua` is needed.',
      {
        selector,
        targetRefs,
        wasm: record('A WebAssembly module.', wasmFields, { required: ['url'] }),
        lua: record(
          'A Lua script.',
          { inlineCode: text('The script, at most 64 KiB.', { minLength: 1, maxLength: 65536 }) },
          { required: ['inlineCode'] },
        ),
        match: trafficMatch,
        phase: choice(
          'Where in the chain it runs: before authentication, before authorization, or before statistics.',
          ['UNSPECIFIED', 'AUTHN', 'AUTHZ', 'STATS'],
        ),
        priority,
      },
      {
        exclusive: [
          ['wasm', 'lua'],
          ['selector', 'targetRefs'],
        ],
        rules: [someCode],
      },
    ),
  },
};
