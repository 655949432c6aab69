/** Envoy's response flags that this data plane can set, in the order Envoy writes them. */
const flagOrder = [
  'UH',
  'UT',
  'LR',
  'UR',
  'UF',
  'UC',
  'UO',
  'NR',
  'DI',
  'FI',
  'DC',
  'URX',
  'DPE',
  'UPE',
  'NC',
] as const;

export type ResponseFlag = (typeof flagOrder)[number];

/** `UF,URX`, or `-` where nothing is to be said. */
export function formatFlags(flags: readonly ResponseFlag[]): string {
  if (flags.length === 0) return '-';
  const only = flags[0];
  if (flags.length === 1 && only !== undefined) return only;
  return flagOrder.filter((flag) => flags.includes(flag)).join(',');
}
