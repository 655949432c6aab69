import type { AnalyzeResult, Diagnostic } from '../../shared/diagnostics.ts';
import type { ResolvedMeshSettings } from '../../shared/mesh-settings.ts';
import type { MeshObject } from '../model/mesh-object.ts';
import { kindKey } from '../model/mesh-object.ts';
import { CheckRunner } from './analysis/check-runner.ts';
import { declarationFindings, syntaxFindings } from './analysis/declaration-findings.ts';
import { diagnosticOf } from './analysis/diagnostics-of.ts';
import { byPlace, suppressedByFile, tooLong } from './analysis/file-diagnostics.ts';
import type { Finding } from './analysis/finding.ts';
import { ObjectWorld } from './analysis/object-world.ts';
import type { RuleSettings } from './analysis/rule-settings.ts';
import type { ObjectCheck } from './checks/check.ts';
import { objectChecks } from './checks/registry.ts';
import { yamlSyntax } from './checks/yaml/yaml-syntax.ts';
import type { DeclaredObject } from './documents/declared-objects.ts';
import type { DocumentFile, DocumentSource, FileDocument } from './documents/document-file.ts';

export interface AnalyzeInput {
  readonly files: DocumentSource;
  /** Objects of other layers: a live cluster, the local registry. */
  readonly base?: readonly MeshObject[];
  readonly settings: ResolvedMeshSettings;
  readonly rules?: RuleSettings;
}

const noRules: RuleSettings = {};

/** Every finding for the files, on top of the base. Sorted by file and place. Never throws for anything in a file. */
export function analyze(input: AnalyzeInput): AnalyzeResult {
  return new IncrementalAnalyzer().analyze(input);
}

/** Findings of an object by check, as of the stamp of the check's inputs. */
interface CheckMemory {
  readonly stamp: string;
  readonly findings: WeakMap<MeshObject, readonly Finding[]>;
}

interface DocumentMemory {
  readonly findings: readonly Finding[];
  readonly rules: RuleSettings;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Analyzes again and again while files change, and computes only what depends on the changes: text and structure of
 * documents that changed, and checks of which the subject or any object of an input kind changed. Gives what `analyze`
 * gives.
 */
export class IncrementalAnalyzer {
  readonly #checks: readonly ObjectCheck[];
  #world: ObjectWorld | undefined;
  #memories = new Map<ObjectCheck, CheckMemory>();
  readonly #declared = new WeakMap<DeclaredObject, readonly Finding[]>();
  readonly #documents = new WeakMap<FileDocument, DocumentMemory>();

  constructor(checks: readonly ObjectCheck[] = objectChecks) {
    this.#checks = checks;
  }

  analyze({ files: source, base = [], settings, rules = noRules }: AnalyzeInput): AnalyzeResult {
    const files = [...source.files()];
    const world = this.#updatedWorld(files, base, settings);
    const run = this.#runners(world, namespaceKnowledge(files));
    const diagnostics: Diagnostic[] = [];
    let documents = 0;
    for (const file of files) {
      documents += file.documents.length;
      if (file.isTooLong) diagnostics.push(...tooLong(file, rules));
      const ofFile = file.documents.flatMap((document) => this.#diagnosticsOf(source, file, document, run, rules));
      diagnostics.push(...suppressedByFile(file, ofFile));
    }
    return { diagnostics: diagnostics.sort(byPlace), documents };
  }

  #updatedWorld(
    files: readonly DocumentFile[],
    base: readonly MeshObject[],
    settings: ResolvedMeshSettings,
  ): ObjectWorld {
    if (!this.#world || !isSameSettings(this.#world.settings, settings)) {
      this.#world = new ObjectWorld(settings);
      this.#memories = new Map();
    }
    const objects = [...base];
    for (const { documents } of files) {
      for (const document of documents) {
        for (const { object } of document.objects) if (object.name !== '') objects.push(object);
      }
    }
    this.#world.update(objects);
    return this.#world;
  }

  /** One function that gives the findings of all checks for a subject, remembered ones where they still hold. */
  #runners(
    world: ObjectWorld,
    hasKnownNamespace: (object: MeshObject) => boolean,
  ): (declared: DeclaredObject) => readonly Finding[] {
    const byKind = new Map<string, { readonly runner: CheckRunner; readonly memory: CheckMemory }[]>();
    for (const check of this.#checks) {
      const stamp = world.stampOf(check.inputs);
      let memory = this.#memories.get(check);
      if (memory?.stamp !== stamp) this.#memories.set(check, (memory = { stamp, findings: new WeakMap() }));
      const entry = { runner: new CheckRunner(check, world, hasKnownNamespace), memory };
      const same = byKind.get(check.subject);
      if (same) same.push(entry);
      else byKind.set(check.subject, [entry]);
    }
    return ({ object, namespaceDeclared }) => {
      const key = kindKey(object);
      const findings: Finding[] = [];
      for (const { runner, memory } of byKind.get(key) ?? []) {
        let own = memory.findings.get(object);
        if (!own) memory.findings.set(object, (own = runner.run({ object, isNamespaceKnown: namespaceDeclared })));
        findings.push(...own);
      }
      return findings;
    };
  }

  #diagnosticsOf(
    source: DocumentSource,
    file: DocumentFile,
    document: FileDocument,
    run: (declared: DeclaredObject) => readonly Finding[],
    rules: RuleSettings,
  ): readonly Diagnostic[] {
    const findings = [...syntaxFindings(document.yaml, file.isOpen)];
    const isBroken = findings.some(({ rule }) => rule === yamlSyntax);
    for (const declared of document.objects) {
      if (declared.isDerived) continue;
      let own = this.#declared.get(declared);
      if (!own) this.#declared.set(declared, (own = declarationFindings(document.yaml, declared)));
      const all = [...own, ...run(declared)];
      findings.push(...(isBroken ? all.filter(({ rule }) => rule.needsValidText !== true) : all));
    }
    if (findings.length === 0) return [];
    const known = this.#documents.get(document);
    if (known && known.rules === rules && isSameList(known.findings, findings)) return known.diagnostics;
    const diagnostics = findings.flatMap((finding) => diagnosticOf(source, document, finding, rules) ?? []);
    // Places in other documents move when those are edited; only what stays within this one can be kept.
    if (findings.every((finding) => isWithin(finding, document))) {
      this.#documents.set(document, { findings, rules, diagnostics });
    }
    return diagnostics;
  }
}

function isWithin(finding: Finding, document: FileDocument): boolean {
  const isHere = ({ origin }: MeshObject): boolean =>
    origin.source === document.uri && origin.document === document.index;
  return (
    finding.related.every(({ object }) => isHere(object)) &&
    finding.fixes.every(({ changes }) =>
      changes.every((change) => change.type !== 'append-document' && isHere(change.object)),
    )
  );
}

/** Whether the namespace of an object is written in its file, not assumed. */
function namespaceKnowledge(files: readonly DocumentFile[]): (object: MeshObject) => boolean {
  let assumed: ReadonlySet<MeshObject> | undefined;
  return (object) => {
    assumed ??= new Set(
      files.flatMap(({ documents }) =>
        documents.flatMap(({ objects }) =>
          objects.filter(({ namespaceDeclared }) => !namespaceDeclared).map((declared) => declared.object),
        ),
      ),
    );
    return !assumed.has(object);
  };
}

function isSameList(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((each, index) => each === b[index]);
}

function isSameSettings(a: ResolvedMeshSettings, b: ResolvedMeshSettings): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}
