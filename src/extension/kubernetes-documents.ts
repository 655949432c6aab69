/** A document of a YAML stream that looks like an object for a cluster. Lines are zero-based, `end` is exclusive. */
export interface KubernetesDocument {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** Line of its `apiVersion` or its `kind`, whichever comes first. */
  readonly headLine: number;
  readonly kind: string;
  readonly name: string;
}

const scanned = 1024 * 1024;

/**
 * The objects in YAML text, found by their top-level lines alone: fast enough for every keystroke, and right for block
 * style, which is what people write. What else a text holds is the engine's to read. Local meshes are not for clusters.
 */
export function kubernetesDocuments(text: string): readonly KubernetesDocument[] {
  if (text.length > scanned) return [];
  const lines = text.split('\n');
  const found: KubernetesDocument[] = [];
  let start = 0;
  for (let line = 0; line <= lines.length; line += 1) {
    const isMarker = /^(?:---|\.\.\.)(?:\s|$)/.test(lines[line] ?? '');
    if (line < lines.length && !isMarker) continue;
    const document = documentOf(lines, start, line);
    if (document) found.push(document);
    start = line + 1;
  }
  return found;
}

/** The object whose document covers a line. */
export function documentAt(text: string, line: number): KubernetesDocument | undefined {
  return kubernetesDocuments(text).find(({ start, end }) => line >= start && line <= end);
}

function documentOf(lines: readonly string[], start: number, end: number): KubernetesDocument | undefined {
  const part = lines.slice(start, end).map((line) => line.replace(/\r$/, ''));
  const apiVersion = valueOf(part, /^apiVersion:\s*(\S+)/);
  const kind = valueOf(part, /^kind:\s*(\S+)/);
  if (apiVersion === undefined || kind === undefined || apiVersion.value.startsWith('meshlens.dev/')) return undefined;
  const metadata = part.findIndex((line) => /^metadata:\s*$/.test(line));
  const below = metadata < 0 ? [] : part.slice(metadata + 1);
  const next = below.findIndex((line) => /^[^\s#]/.test(line));
  // The name stands directly below metadata, at the depth of its first key.
  const fields = next < 0 ? below : below.slice(0, next);
  const depth = /^ +/.exec(fields.find((line) => /^ +[^\s#]/.test(line)) ?? '')?.[0] ?? '';
  const name = valueOf(fields, new RegExp(`^ {${depth.length}}name:\\s*(\\S+)`));
  const { value } = kind;
  return {
    text: `${part.join('\n')}\n`,
    start,
    end,
    headLine: start + Math.min(apiVersion.line, kind.line),
    kind: value,
    name: name?.value ?? '',
  };
}

function valueOf(
  lines: readonly string[],
  pattern: RegExp,
): { readonly value: string; readonly line: number } | undefined {
  for (const [line, text] of lines.entries()) {
    const [, found] = pattern.exec(text) ?? [];
    if (found !== undefined) return { value: found.replace(/^(["'])(.*)\1$/, '$2'), line };
  }
  return undefined;
}
