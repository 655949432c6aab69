import { LineCounter, parseDocument, stringify } from 'yaml';
import { fieldOf, isRecord, stringOf, type UntrustedRecord } from '../../../../shared/untrusted.ts';

/** Holds what `kubectl apply` last sent, of a Secret in clear. */
const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';
/** The server's own bookkeeping: no part of what somebody wants. */
const bookkeeping: ReadonlySet<string> = new Set([
  'managedFields',
  'resourceVersion',
  'uid',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'selfLink',
]);
const bookkeepingAnnotations: ReadonlySet<string> = new Set([lastApplied, 'deployment.kubernetes.io/revision']);

/** YAML as Kubernetes and our own reader read it: 1.1, so that `"on"` and `"0777"` stay texts. */
function yamlOf(value: unknown): string {
  return stringify(value, { version: '1.1', lineWidth: 0, aliasDuplicateObjects: false });
}

/** The object without status and the server's bookkeeping: what may be compared, and sent again. */
export function wantedOf(object: UntrustedRecord): UntrustedRecord {
  const metadata = without(fieldOf(object, 'metadata'), bookkeeping);
  const annotations = without(fieldOf(metadata, 'annotations'), bookkeepingAnnotations);
  const { apiVersion, kind, ...others } = without(object, new Set(['metadata', 'status']));
  const kept = Object.fromEntries(
    Object.entries({ ...metadata, annotations }).filter(
      ([key, value]) => !(key === 'annotations' && Object.keys(annotations).length === 0) && value !== undefined,
    ),
  );
  return { apiVersion, kind, metadata: kept, ...others };
}

/** Text of the object for a comparison. Of a Secret no value is shown, but which ones differ from `before`. */
export function comparisonText(object: UntrustedRecord, before?: UntrustedRecord): string {
  return yamlOf(withoutSecrets(wantedOf(object), before));
}

/** The object with everything the server says of it, as YAML, and the lines of its managed fields. */
export function fullText(object: UntrustedRecord): {
  readonly yaml: string;
  readonly managedFields?: { readonly start: number; readonly end: number };
} {
  const { apiVersion, kind, metadata, ...others } = withoutSecrets(object);
  const yaml = yamlOf({ apiVersion, kind, metadata, ...others });
  const place = managedFieldsOf(yaml);
  return { yaml, ...(place ? { managedFields: place } : {}) };
}

function managedFieldsOf(text: string): { readonly start: number; readonly end: number } | undefined {
  if (!text.includes('managedFields:')) return undefined;
  const lines = new LineCounter();
  const document = parseDocument(text, { version: '1.1', lineCounter: lines, logLevel: 'silent' });
  const metadata = document.get('metadata');
  if (!isPairs(metadata)) return undefined;
  const pair = metadata.items.find(({ key }) => key.value === 'managedFields');
  const start = pair?.key.range?.[0];
  const end = pair?.value?.range?.[1];
  if (start === undefined || end === undefined) return undefined;
  return { start: lines.linePos(start).line - 1, end: lines.linePos(Math.max(start, end - 1)).line - 1 };
}

interface Ranged {
  readonly range?: readonly [number, number, number] | null;
}

function isPairs(node: unknown): node is {
  readonly items: readonly { readonly key: Ranged & { readonly value: unknown }; readonly value: Ranged | null }[];
} {
  return isRecord(node) && Array.isArray(node['items']);
}

/** Hides what a Secret holds, wherever the server repeats it. Other objects are given back as they are. */
function withoutSecrets(object: UntrustedRecord, before?: UntrustedRecord): UntrustedRecord {
  if (object['kind'] !== 'Secret' || object['apiVersion'] !== 'v1') return object;
  const metadata = fieldOf(object, 'metadata');
  const annotations = fieldOf(metadata, 'annotations');
  const hidden = (name: 'data' | 'stringData'): UntrustedRecord => {
    const values = fieldOf(object, name);
    if (!isRecord(values)) return {};
    const note = (key: string, value: unknown): string => {
      const text = stringOf(value) ?? '';
      const size = name === 'data' ? Buffer.from(text, 'base64').length : Buffer.byteLength(text);
      const isChanged = before !== undefined && fieldOf(fieldOf(before, name), key) !== value;
      return `(not shown, ${size} bytes${isChanged ? ', changed' : ''})`;
    };
    return { [name]: Object.fromEntries(Object.entries(values).map(([key, value]) => [key, note(key, value)])) };
  };
  return {
    ...object,
    ...(isRecord(metadata)
      ? {
          metadata: {
            ...metadata,
            ...(isRecord(annotations) ? { annotations: without(annotations, new Set([lastApplied])) } : {}),
          },
        }
      : {}),
    ...hidden('data'),
    ...hidden('stringData'),
  };
}

function without(value: unknown, names: ReadonlySet<string>): UntrustedRecord {
  return isRecord(value) ? Object.fromEntries(Object.entries(value).filter(([key]) => !names.has(key))) : {};
}
