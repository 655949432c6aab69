import type { ResourceRef } from './resource.ts';
import type { Location, Range, TextEdit } from './text.ts';

export type Severity = 'error' | 'warning' | 'information' | 'hint';

/** A sound change that makes the finding go away. Edits are grouped by document. */
export interface Fix {
  readonly title: string;
  /** The one that a person would nearly always choose. At most one per diagnostic. */
  readonly isPreferred?: boolean;
  readonly edits: readonly { readonly uri: string; readonly edits: readonly TextEdit[] }[];
}

interface RelatedInformation {
  readonly message: string;
  readonly location: Location;
}

/** One finding of `mesh/analyze`. */
export interface Diagnostic {
  /** Ours and never reused: `MESH1203`. */
  readonly code: string;
  /** The kebab-case name of the rule. */
  readonly rule: string;
  /** Codes of the tools people know that mean the same: `IST0101`, `KIA1101`. */
  readonly aliases: readonly string[];
  readonly severity: Severity;
  readonly message: string;
  readonly uri: string;
  readonly range: Range;
  readonly resource?: ResourceRef;
  /** Field path in dotted form, `spec.http[0].route[1].weight`; empty for the document itself. */
  readonly path: string;
  readonly related: readonly RelatedInformation[];
  readonly fixes: readonly Fix[];
  /** Path of the explanation page inside the extension, `docs/rules/MESH1203.md`. */
  readonly docs: string;
}

/** Asks only whether each object would be accepted, by the API server and by the mesh's admission webhook. */
export type AnalysisLayer = 'admission';

export interface AnalyzeResult {
  readonly diagnostics: readonly Diagnostic[];
  /** Number of YAML documents read. */
  readonly documents: number;
}
