import { isConfigurationFile } from '../../shared/configuration-file.ts';
import type { AnalysisLayer, AnalyzeResult, Diagnostic } from '../../shared/diagnostics.ts';
import type { ResolvedMeshSettings } from '../../shared/mesh-settings.ts';
import type { KindKey, MeshObject } from '../model/mesh-object.ts';
import { kindKey } from '../model/mesh-object.ts';
import { isAboutAdmission } from './analysis/admission.ts';
import { RulesOfFile, type FileRules } from './analysis/file-rules.ts';
import { CatalogKeeper } from './analysis/catalog-keeper.ts';
import { CheckRunner } from './analysis/check-runner.ts';
import { withoutConsequences } from './analysis/consequences.ts';
import { declarationFindings, outsideOf, syntaxFindings } from './analysis/declaration-findings.ts';
import { admissionDiagnosticOf, diagnosticOf } from './analysis/diagnostics-of.ts';
import { byPlace, suppressedByFile, tooLong } from './analysis/file-diagnostics.ts';
import type { Finding } from './analysis/finding.ts';
import { areSameFindings } from './analysis/finding.ts';
import { FolderWorlds } from './analysis/folder-worlds.ts';
import { objectsByKind } from './analysis/objects-by-kind.ts';
import { ObjectWorld } from './analysis/object-world.ts';
import { hangsOnPlaceholder } from './analysis/unknown-values.ts';
import type { RuleSettings } from '../../shared/rule-settings.ts';
import type { VersionedCheck } from './analysis/object-findings.ts';
import { ObjectFindings } from './analysis/object-findings.ts';
import type { ObjectCheck } from './checks/check.ts';
import { subjectsOf } from './checks/check.ts';
import { objectChecks } from './checks/registry.ts';
import { yamlSyntax } from './checks/yaml/yaml-syntax.ts';
import { yamlUnknownAlias } from './checks/yaml/yaml-unknown-alias.ts';
import type { DeclaredObject } from './documents/declared-objects.ts';
import type { DocumentFile, DocumentSource, FileDocument } from './documents/document-file.ts';
import type { SchemaCatalog } from './schema/schema-catalog.ts';

export interface AnalyzeInput {
  readonly files: DocumentSource;
  /** Objects of other layers: a live cluster, the local registry. */
  readonly base?: readonly MeshObject[];
  /** Kinds of which the base has all that the clusters have. Where it is not said: every kind of an object that a cluster has. */
  readonly complete?: ReadonlySet<KindKey>;
  readonly settings: ResolvedMeshSettings;
  readonly rules?: RuleSettings;
  /** Instead of `rules`, where they differ by file. */
  readonly fileRules?: Pick<FileRules, 'of'>;
  /** What time it is, in milliseconds since 1970; without it nothing is said of what expires. */
  readonly now?: number;
}

interface OneAnalysis extends AnalyzeInput {
  readonly layer?: AnalysisLayer;
}

/** Time is told in steps of it, so that checks that go by it are not run again with every edit. */
const hour = 3_600_000;

const noRules: RuleSettings = {};

/** Every finding for the files, on top of the base. Sorted by file and place. Never throws for anything in a file. */
export function analyze({ layer, ...input }: OneAnalysis): AnalyzeResult {
  return new IncrementalAnalyzer(objectChecks, layer).analyze(input);
}

/** Findings of an object by itself, as of the structures in force. */
interface DeclarationMemory {
  readonly schemas: SchemaCatalog;
  readonly findings: readonly Finding[];
}

/** What was found for a document at its place, as of a generation of the findings for its kinds. */
interface DocumentMemory {
  readonly generation: number;
  readonly schemas: SchemaCatalog;
  readonly findings: readonly Finding[];
  /** Whether folders that are alternatives have no say in it. */
  readonly isFinal: boolean;
  readonly rules: RulesOfFile;
  readonly diagnostics: readonly Diagnostic[];
  /** Other documents in which they have places: when one of those moves, so do they. */
  readonly neighbours: readonly Neighbour[];
}

interface Neighbour {
  readonly uri: string;
  /** Number in its file; −1 for the last, whichever that is. */
  readonly index: number;
  readonly document: FileDocument | undefined;
}

/** What documents are held to. */
interface Given {
  readonly checks: ReadonlyMap<KindKey, SubjectChecks>;
  readonly runner: CheckRunner;
  readonly schemas: SchemaCatalog;
  readonly rules: RulesOfFile;
}

/** A check with its version, as of the stamp of its inputs. */
interface KeptCheck extends VersionedCheck {
  readonly stamp: string;
}

interface SubjectChecks {
  readonly checks: readonly KeptCheck[];
  /** Grows when remembered findings for the kind were given up. */
  readonly generation: number;
}

/**
 * Analyzes again and again while files change, and computes only what depends on the changes: text and structure of
 * documents that changed, and checks of which the subject or any object of an input kind changed. Gives what `analyze`
 * gives.
 */
export class IncrementalAnalyzer {
  readonly #layer: AnalysisLayer | undefined;
  readonly #checks: readonly ObjectCheck[];
  #current: { readonly world: ObjectWorld; readonly runner: CheckRunner } | undefined;
  readonly #folders = new FolderWorlds();
  readonly #catalogs = new CatalogKeeper();
  #runs = 0;
  #plain: { readonly settings: RuleSettings; readonly rules: RulesOfFile } | undefined;
  #memories = new Map<ObjectCheck, KeptCheck>();
  readonly #lists = new Map<KindKey, readonly KeptCheck[]>();
  #versions = 0;
  #knowsNamespace: (object: MeshObject) => boolean = () => true;
  #holdsUntil: number | undefined;
  readonly #generations = new Map<KindKey, number>();
  #objects = new ObjectFindings();
  readonly #declared = new WeakMap<DeclaredObject, DeclarationMemory>();
  readonly #documents = new WeakMap<FileDocument, DocumentMemory>();

  constructor(checks: readonly ObjectCheck[] = objectChecks, layer?: AnalysisLayer) {
    this.#layer = layer;
    this.#checks = layer === undefined ? checks : checks.filter(isAboutAdmission);
  }

  /** When time changes what was found last, in milliseconds since 1970; undefined where none does. */
  get holdsUntil(): number | undefined {
    return this.#holdsUntil;
  }

  analyze(input: AnalyzeInput): AnalyzeResult {
    const steps = this.steps(input);
    for (;;) {
      const step = steps.next();
      if (step.done === true) return step.value;
    }
  }

  /** The same in pieces, a document each: an analysis of many may be paused, or left, between any two. */
  *steps(input: AnalyzeInput): Generator<undefined, AnalyzeResult> {
    const { files: source, base = [], settings, now } = input;
    const { fileRules = this.#sameForAll(input.rules ?? noRules) } = input;
    const run = ++this.#runs;
    const files = [...source.files()];
    const complete = input.complete ?? kindsOfClusters(base);
    const { world, runner } = this.#updatedWorld(files, base, complete, settings);
    this.#knowsNamespace = namespaceKnowledge(files);
    const hasKnownNamespace = (object: MeshObject): boolean => this.#knowsNamespace(object);
    const began = now === undefined ? undefined : now - (now % hour);
    this.#folders.begin({ files, base, complete, settings: world.settings, now: began, hasKnownNamespace });
    runner.now = began;
    const checks = this.#checksByKind(world, kindsIn(files), began);
    const readsTime = [...checks.values()].some((each) => each.checks.some(({ check }) => check.readsTime === true));
    this.#holdsUntil = readsTime && began !== undefined ? began + hour : undefined;
    const schemas = this.#catalogs.of(world);
    const diagnostics: Diagnostic[] = [];
    let documents = 0;
    for (const file of files) {
      documents += isConfigurationFile(file.uri) ? 0 : file.documents.length;
      const rules = fileRules.of(file.uri);
      if (file.isTooLong) diagnostics.push(...tooLong(file, rules));
      const ofFile: Diagnostic[] = [];
      for (const document of file.documents) {
        ofFile.push(...this.#diagnosticsOf(source, file, document, { checks, runner, schemas, rules }));
        yield;
        // Somebody else asked meanwhile, and of newer texts perhaps.
        if (this.#runs !== run) return yield* this.steps(input);
      }
      diagnostics.push(...(this.#layer === undefined ? suppressedByFile(file, ofFile) : ofFile));
    }
    return { diagnostics: diagnostics.sort(byPlace), documents };
  }

  /** The same object for the same rules: what was made of findings is kept by it. */
  #sameForAll(rules: RuleSettings): Pick<FileRules, 'of'> {
    if (this.#plain?.settings !== rules) this.#plain = { settings: rules, rules: new RulesOfFile([rules]) };
    const plain = this.#plain.rules;
    return { of: () => plain };
  }

  #updatedWorld(
    files: readonly DocumentFile[],
    base: readonly MeshObject[],
    complete: ReadonlySet<KindKey>,
    settings: ResolvedMeshSettings,
  ): { readonly world: ObjectWorld; readonly runner: CheckRunner } {
    if (!this.#current || !isSameSettings(this.#current.world.settings, settings)) {
      const world = new ObjectWorld(settings);
      this.#current = { world, runner: new CheckRunner(world, (object) => this.#knowsNamespace(object)) };
      this.#memories = new Map();
      this.#objects = new ObjectFindings();
    }
    const { byKind, assumed } = objectsByKind(files, base);
    this.#current.world.update(byKind, assumed, complete);
    return this.#current;
  }

  /** The checks by the kind they look at, of kinds that there are, with what their findings hold for. */
  #checksByKind(
    world: ObjectWorld,
    present: ReadonlySet<KindKey>,
    now: number | undefined,
  ): Map<KindKey, SubjectChecks> {
    const byKind = new Map<KindKey, KeptCheck[]>();
    for (const check of this.#checks) {
      const kinds = subjectsOf(check).filter((kind) => present.has(kind));
      if (kinds.length === 0) continue;
      const stamp = world.stampOf(check.inputs) + (check.readsTime === true ? ` at ${String(now)}` : '');
      let memory = this.#memories.get(check);
      if (memory?.stamp !== stamp) {
        this.#memories.set(check, (memory = { stamp, version: ++this.#versions, check }));
        for (const kind of subjectsOf(check)) this.#generations.set(kind, (this.#generations.get(kind) ?? 0) + 1);
      }
      for (const kind of kinds) {
        const same = byKind.get(kind);
        if (same) same.push(memory);
        else byKind.set(kind, [memory]);
      }
    }
    for (const [kind, checks] of byKind) {
      const before = this.#lists.get(kind);
      // The same list for the same checks: findings of objects are kept by it.
      const isSame = before?.length === checks.length && checks.every((check, index) => check === before[index]);
      if (!isSame) this.#lists.set(kind, checks);
    }
    return new Map(
      [...byKind].map(([kind, checks]) => [
        kind,
        { checks: this.#lists.get(kind) ?? checks, generation: this.#generations.get(kind) ?? 0 },
      ]),
    );
  }

  #diagnosticsOf(
    source: DocumentSource,
    file: DocumentFile,
    document: FileDocument,
    given: Given,
  ): readonly Diagnostic[] {
    const { checks, schemas, rules } = given;
    let generation = 0;
    for (const { kind } of document.objects) generation += checks.get(kind)?.generation ?? 0;
    const known = this.#documents.get(document);
    const isKnown = known?.generation === generation && known.schemas === schemas && known.isFinal;
    if (isKnown && known.findings.length === 0) return [];
    const isUnmoved = known?.neighbours.every(
      ({ uri, index, document: neighbour }) => source.file(uri)?.documents.at(index) === neighbour,
    );
    if (isKnown && known.rules === rules && isUnmoved === true) return known.diagnostics;
    const { findings: found, isFinal } = isKnown ? known : this.#findingsOf(file, document, given);
    const isSame = known?.schemas === schemas && areSameFindings(known.findings, found);
    // What was run again and came out the same has its places already.
    if (isSame && known.rules === rules && isUnmoved === true) {
      this.#documents.set(document, { ...known, generation, isFinal });
      return known.diagnostics;
    }
    const findings = isSame ? known.findings : found;
    const diagnostics = findings.flatMap(
      (finding) =>
        (this.#layer === undefined
          ? diagnosticOf(source, document, finding, rules)
          : admissionDiagnosticOf(source, document, finding)) ?? [],
    );
    const neighbours = findings.flatMap((finding) => neighboursOf(finding, document, source));
    this.#documents.set(document, { generation, schemas, findings, isFinal, rules, diagnostics, neighbours });
    return diagnostics;
  }

  #findingsOf(
    file: DocumentFile,
    document: FileDocument,
    { checks, runner, schemas }: Given,
  ): Pick<DocumentMemory, 'findings' | 'isFinal'> {
    const ofText = syntaxFindings(document.yaml, file.isOpen);
    const ofObjects: Finding[] = [];
    let isFinal = true;
    for (const declared of document.objects) {
      if (declared.isDerived) continue;
      let own = this.#declared.get(declared);
      if (!own || !hasSameStructure(own.schemas, schemas, declared.object)) {
        own = { schemas, findings: declarationFindings(document.yaml, declared, schemas) };
        this.#declared.set(declared, own);
      }
      ofObjects.push(...own.findings);
      const { object, kind, namespaceDeclared: isNamespaceKnown } = declared;
      const subject = { object, isNamespaceKnown };
      const found = this.#objects.findingsOf(subject, checks.get(kind)?.checks ?? [], runner);
      if (found.length === 0) continue;
      const isAlternative = this.#folders.hasAlternatives(file.uri);
      if (isAlternative) isFinal = false;
      ofObjects.push(...(isAlternative ? this.#folders.confirmed(found, subject, file.uri) : found));
    }
    const decided = ofObjects.filter((finding) => !hangsOnPlaceholder(finding));
    const broken = ofText.filter(({ rule }) => rule === yamlSyntax || rule === yamlUnknownAlias);
    const meant = outsideOf(broken, decided, document.yaml, document.objects);
    const certain = broken.length > 0 ? meant.filter(({ rule }) => rule.needsValidText !== true) : meant;
    return { findings: [...ofText, ...withoutConsequences(certain)], isFinal };
  }
}

function kindsIn(files: readonly DocumentFile[]): ReadonlySet<KindKey> {
  return new Set(files.flatMap(({ documents }) => documents.flatMap(({ objects }) => objects.map(({ kind }) => kind))));
}

function kindsOfClusters(base: readonly MeshObject[]): ReadonlySet<KindKey> {
  return new Set(base.flatMap((object) => (object.origin.layer === 'cluster' ? [kindKey(object)] : [])));
}

function hasSameStructure(a: SchemaCatalog, b: SchemaCatalog, { apiVersion, kind }: MeshObject): boolean {
  if (a === b) return true;
  const schema = a.find(apiVersion, kind);
  return schema !== undefined && schema === b.find(apiVersion, kind);
}

function neighboursOf(finding: Finding, document: FileDocument, source: DocumentSource): readonly Neighbour[] {
  const changes = finding.fixes.flatMap((fix) => fix.changes);
  const objects = [...finding.related.map(({ object }) => object), ...changes.map(({ object }) => object)];
  const places = objects.flatMap(({ origin }) =>
    origin.layer !== 'workspace' || origin.document === undefined
      ? []
      : [{ uri: origin.source, index: origin.document }],
  );
  const ends = changes.filter(({ type }) => type === 'append-document').map(({ object }) => object.origin.source);
  return [...places, ...ends.map((uri) => ({ uri, index: -1 }))]
    .filter(({ uri, index }) => uri !== document.uri || index !== document.index)
    .map((place) => ({ ...place, document: source.file(place.uri)?.documents.at(place.index) }));
}

/** Whether the namespace of an object is written in its file, not assumed. Goes by place: indexes keep older objects. */
function namespaceKnowledge(files: readonly DocumentFile[]): (object: MeshObject) => boolean {
  let assumed: ReadonlySet<string> | undefined;
  const keyOf = ({ kind, namespace, name, origin }: MeshObject): string =>
    [origin.source, origin.document, kind, namespace, name].join(' ');
  return (object) => {
    assumed ??= new Set(
      files.flatMap(({ documents }) =>
        documents.flatMap(({ objects }) =>
          objects.filter(({ namespaceDeclared }) => !namespaceDeclared).map((declared) => keyOf(declared.object)),
        ),
      ),
    );
    return assumed.size === 0 || object.origin.layer !== 'workspace' || !assumed.has(keyOf(object));
  };
}

function isSameSettings(a: ResolvedMeshSettings, b: ResolvedMeshSettings): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}
