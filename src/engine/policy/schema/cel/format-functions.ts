/** Named formats of Kubernetes: `format.dns1123Label().validate(text)` has a value where the text does not keep the format. */
import type { CelFunc, CelInput } from '@bufbuild/cel';
import { CelScalar, celFunc, celMethod } from '@bufbuild/cel';
import type { KubernetesFormat } from '../text-formats.ts';
import { formatProblem } from '../text-formats.ts';
import { opaque, opaqueValue, partOf } from './opaque-value.ts';
import { optionalNone, optionalOf } from './optional-functions.ts';
import { isUrl } from './urls.ts';

const label = '[a-z0-9](?:[-a-z0-9]*[a-z0-9])?';
const word = '[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?';

const matches =
  (pattern: string, longest: number) =>
  (text: string): boolean =>
    text.length <= longest && new RegExp(`^(?:${pattern})$`).test(text);

const dns1123Label = matches(label, 63);
const dns1123Subdomain = matches(`${label}(?:\\.${label})*`, 253);
const dns1035Label = matches('[a-z](?:[-a-z0-9]*[a-z0-9])?', 63);
const qualifiedPart = matches(word, 63);

/** A name to which something will be added may end in what stands before that. */
const asPrefix =
  (isWhole: (text: string) => boolean) =>
  (text: string): boolean =>
    isWhole(/.-$/.test(text) ? `${text.slice(0, -2)}a` : text);

const as =
  (format: KubernetesFormat) =>
  (text: string): boolean =>
    formatProblem(text, format) === undefined;

function isQualifiedName(text: string): boolean {
  const parts = text.split('/');
  const name = parts.at(-1) ?? '';
  return parts.length <= 2 && qualifiedPart(name) && (parts.length === 1 || dns1123Subdomain(parts[0] ?? ''));
}

const formats = new Map<string, (text: string) => boolean>(
  Object.entries({
    dns1123Label,
    dns1123Subdomain,
    dns1035Label,
    qualifiedName: isQualifiedName,
    dns1123LabelPrefix: asPrefix(dns1123Label),
    dns1123SubdomainPrefix: asPrefix(dns1123Subdomain),
    dns1035LabelPrefix: asPrefix(dns1035Label),
    labelValue: (text) => text === '' || qualifiedPart(text),
    uri: isUrl,
    uuid: as('uuid'),
    byte: as('byte'),
    date: as('date'),
    datetime: as('date-time'),
  }),
);

const formatValue = (name: string): ReadonlyMap<string, CelInput> => opaqueValue('format', name, { name });

export const formatFunctions: readonly CelFunc[] = [
  ...[...formats.keys()].map((name) => celFunc(`format.${name}`, [], opaque, () => formatValue(name))),
  celFunc('format.named', [CelScalar.STRING], opaque, (name) =>
    formats.has(name) ? optionalOf(formatValue(name)) : optionalNone,
  ),
  celMethod('validate', opaque, [CelScalar.STRING], opaque, function (text) {
    const name = String(partOf(this, 'format', 'name'));
    return formats.get(name)?.(text) === true ? optionalNone : optionalOf([`does not keep the format ${name}`]);
  }),
];
