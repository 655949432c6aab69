import type { FieldPath } from '../../../shared/text.ts';
import type { PlainValue } from './plain-scalar.ts';
import { resolveAsYaml12, resolvePlainScalar } from './plain-scalar.ts';
import type { YamlDocument } from './yaml-document.ts';

/** A scalar that Kubernetes reads as YAML 1.1 does, and others by YAML 1.2 as something else. */
export interface VersionDifference {
  /** Of the document. */
  readonly path: FieldPath;
  readonly part: 'key' | 'value';
  readonly source: string;
  readonly here: PlainValue;
  readonly there: PlainValue;
}

/** Words and numbers one of which must stand somewhere, at the end of what could be a scalar. */
const candidate =
  /(?:^|[\s:,[{-])(?:[yYnN]|yes|Yes|YES|no|No|NO|on|On|ON|off|Off|OFF|[-+]?0[oO]?[0-7_]+|[-+]?0[bBxX][\da-fA-F_]+|[-+]?\d[\d_.]*_[\d_.]*)\s*(?:$|[,\]}:#])/m;

/** Found in a syntax tree, which is built only for documents with something that looks like one. */
export function versionDifferences(document: YamlDocument): readonly VersionDifference[] {
  if (document.nature !== 'kubernetes' || !candidate.test(document.text)) return [];
  const found: VersionDifference[] = [];
  for (const { path, part, source } of document.tree.plainScalars()) {
    const there = resolveAsYaml12(source);
    if (there !== undefined) found.push({ path, part, source, here: resolvePlainScalar(source), there });
  }
  return found;
}
