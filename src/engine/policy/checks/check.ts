/** What a check is. One small file each under `checks/<topic>/`; `registry.ts` lists them all. */
import type { Severity } from '../../../shared/diagnostics.ts';
import type { ResolvedMeshSettings } from '../../../shared/mesh-settings.ts';
import type { FieldPath } from '../../../shared/text.ts';
import type { KindKey, MeshObject } from '../../model/mesh-object.ts';
import type { RangePart } from '../documents/syntax-tree.ts';
import type { FixPlan } from '../fixes/fix-plan.ts';
import type { SchemaCatalog } from '../schema/schema-catalog.ts';
import type { StructureProblemKind } from '../schema/structure-problem.ts';
import type { SyntaxProblemKind } from '../documents/syntax-problem.ts';

/** What is known of every rule, and shown on its page. */
export interface RuleInfo {
  /** `MESH` and four digits, never reused. The first two name the topic. */
  readonly code: string;
  /** Kebab-case; the other name people may use in settings and suppressions. */
  readonly rule: string;
  /** Codes of other tools that mean the same. */
  readonly aliases: readonly string[];
  readonly severity: Severity;
  /** One sentence: what a finding of this rule says. */
  readonly summary: string;
  /** Who would not take an object with a finding of this rule that counts as an error. */
  readonly refusedBy?: 'api-server' | 'webhook';
  /** Says nothing unless the settings give it a severity: a matter of taste, or of how strict a person wants to be. */
  readonly isOptional?: boolean;
  /** Who warns of a finding of this rule, without refusing, when the object is applied. */
  readonly warnedBy?: 'webhook';
  /** Says nothing of documents with syntax errors, where something is missing only because it was not understood. */
  readonly needsValidText?: boolean;
}

/**
 * Something computed once from all objects of some kinds, and shared by checks until what it takes from one of those
 * objects changes. Objects it hands out may be older than the present ones in everything else.
 */
export interface Index<T> {
  readonly inputs: readonly KindKey[];
  /** All that `build` takes from an object, beside its kind, name, namespace and origin. Compared by value. */
  relevant(object: MeshObject, settings: ResolvedMeshSettings): unknown;
  build(objects: ObjectReader, settings: ResolvedMeshSettings): T;
}

/** Objects of the kinds that were declared as inputs. Asking for another kind throws: it would miss changes. */
export interface ObjectReader {
  /** Objects of a kind, sorted by namespace, then name. */
  ofKind(kind: KindKey): readonly MeshObject[];
  find(kind: KindKey, namespace: string, name: string): MeshObject | undefined;
  /** Whether these are all there are: a cluster is connected, and all of it may be read. What is not there does not exist. */
  isComplete(kind: KindKey): boolean;
}

export interface Related {
  readonly message: string;
  readonly object: MeshObject;
  readonly path: FieldPath;
}

interface ReportDetails {
  readonly message: string;
  /** Which characters of the field; default `head`. */
  readonly part?: RangePart;
  /** Instead of the severity of the rule. */
  readonly severity?: Severity;
  readonly related?: readonly Related[];
  readonly fixes?: readonly FixPlan[];
  /** It says that something is missing: not where that is there, under a name or with a type that is wrong. */
  readonly saysMissing?: boolean;
}

/** All that an object check sees. No IO, no clock, nothing global. */
export interface CheckContext extends ObjectReader {
  /** The object that is checked. */
  readonly subject: MeshObject;
  /** False where the namespace of the subject is assumed: nothing may be concluded from it. */
  readonly isNamespaceKnown: boolean;
  /**
   * The object as each layer has it, that of a file first: `find` gives one of them, and hides what a cluster says of an
   * object that a file declares too. The kind must be an input.
   */
  versionsOf(kind: KindKey, namespace: string, name: string): readonly MeshObject[];
  /** Whether the namespace of any object stands in its file. */
  hasKnownNamespace(object: MeshObject): boolean;
  readonly settings: ResolvedMeshSettings;
  /** Milliseconds since 1970, in whole hours; undefined where nobody said what time it is. For checks that read time. */
  readonly now: number | undefined;
  index<T>(index: Index<T>): T;
  report(object: MeshObject, path: FieldPath, details: ReportDetails): void;
}

/** A kind of which objects are read, or an index over kinds. */
export type CheckInput = KindKey | Index<unknown>;

/** Looks at objects of one kind or a few, one at a time. Run again when the object, or any of `inputs`, has changed. */
export interface ObjectCheck extends RuleInfo {
  readonly scope: 'object';
  readonly subject: KindKey | readonly KindKey[];
  /** What it reads beside its subject. */
  readonly inputs: readonly CheckInput[];
  /** It asks for `now`, and is run again when that changes. */
  readonly readsTime?: boolean;
  run(context: CheckContext): void;
}

/** Says which problems of the text itself are findings of this rule. */
export interface SyntaxCheck extends RuleInfo {
  readonly scope: 'text';
  readonly problems: readonly SyntaxProblemKind[];
}

/** Says which problems of the structure are findings of this rule. */
export interface StructureCheck extends RuleInfo {
  readonly scope: 'structure';
  readonly problems: readonly StructureProblemKind[];
}

/** Looks at one declared object by itself; for what tables cannot say. */
export interface DeclarationCheck extends RuleInfo {
  readonly scope: 'declaration';
  find(declared: DeclarationSubject): readonly DeclarationProblem[];
}

interface DeclarationSubject {
  readonly object: MeshObject;
  /** The structures that are in force. */
  readonly schemas: SchemaCatalog;
  /** What the reader of the kind found wrong. */
  readonly problems: readonly { readonly path: FieldPath; readonly message: string }[];
}

interface DeclarationProblem extends Omit<ReportDetails, 'related'> {
  readonly path: FieldPath;
}

/** Findings of the machinery around the checks. */
export interface EngineRule extends RuleInfo {
  readonly scope: 'engine';
}

export type Check = ObjectCheck | SyntaxCheck | StructureCheck | DeclarationCheck | EngineRule;

/** Kinds of the objects that the check looks at. */
export function subjectsOf({ subject }: ObjectCheck): readonly KindKey[] {
  return typeof subject === 'string' ? [subject] : subject;
}

/** Everything that settings may call a rule by. */
export function namesOf({ code, rule, aliases }: RuleInfo): readonly string[] {
  return [code, rule, ...aliases];
}

/** Path of the explanation page inside the extension. */
export function docsOf(rule: RuleInfo): string {
  return `docs/rules/${rule.code}.md`;
}
