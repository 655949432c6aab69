import type { ResolvedMeshSettings } from '../../../shared/mesh-settings.ts';
import type { KindKey, MeshObject } from '../../model/mesh-object.ts';
import type { ObjectCheck } from '../checks/check.ts';
import type { DocumentFile } from '../documents/document-file.ts';
import { AlternativeFolders } from './alternative-folders.ts';
import { CheckRunner } from './check-runner.ts';
import type { Subject } from './check-runner.ts';
import { DeclaredVersions } from './declared-versions.ts';
import type { Finding } from './finding.ts';
import { objectsByKind } from './objects-by-kind.ts';
import { ObjectWorld } from './object-world.ts';

/** What an analysis is of. */
export interface WorldInput {
  readonly files: readonly DocumentFile[];
  readonly base: readonly MeshObject[];
  readonly complete: ReadonlySet<KindKey>;
  readonly settings: ResolvedMeshSettings;
  readonly now: number | undefined;
  readonly hasKnownNamespace: (object: MeshObject) => boolean;
}

/** More variants than anybody has environments; the findings of further ones are not looked at again. */
const maximumWorlds = 32;

interface FolderWorld {
  readonly world: ObjectWorld;
  /** Of the present analysis; none yet where the world is still of an earlier one. */
  runner: CheckRunner | undefined;
}

/**
 * Where folders are alternatives, what is found beside all of them counts only if it is also found beside what belongs
 * together: the `prod` of one repository has no error for what its `dev` lacks.
 */
export class FolderWorlds {
  #input: WorldInput | undefined;
  readonly #versions = new DeclaredVersions();
  #alternatives = new AlternativeFolders([]);
  readonly #worlds = new Map<string, FolderWorld>();
  /** Variants whose findings were looked at again in this analysis. */
  readonly #used = new Set<string>();

  begin(input: WorldInput): void {
    if (!this.#input || this.#input.settings !== input.settings) this.#worlds.clear();
    for (const [variant, world] of this.#worlds) {
      if (this.#used.has(variant)) world.runner = undefined;
      else this.#worlds.delete(variant);
    }
    this.#used.clear();
    if (this.#versions.update(input.files)) this.#alternatives = new AlternativeFolders(this.#versions.versions());
    this.#input = input;
  }

  /** Whether findings of the file may hang on what other folders have in place of its own. */
  hasAlternatives(uri: string): boolean {
    return this.#variantOf(uri) !== undefined;
  }

  /** Those of the findings that are also found beside what belongs to the folder, as they are there. */
  confirmed(findings: readonly Finding[], subject: Subject, uri: string): readonly Finding[] {
    const variant = this.#variantOf(uri);
    if (findings.length === 0 || variant === undefined) return findings;
    if (!this.#used.has(variant) && this.#used.size >= maximumWorlds) return findings;
    this.#used.add(variant);
    const checks = new Set(findings.flatMap(({ rule }) => (isObjectCheck(rule) ? [rule] : [])));
    const runner = this.#runnerOf(variant);
    const again = [...checks].flatMap((check) => runner?.run(check, subject) ?? []);
    return again.filter(({ rule, path }) =>
      findings.some((each) => each.rule === rule && each.path.join('\n') === path.join('\n')),
    );
  }

  #variantOf(uri: string): string | undefined {
    return this.#alternatives.variantOf(uri);
  }

  #runnerOf(variant: string): CheckRunner | undefined {
    const input = this.#input;
    if (!input) return undefined;
    let found = this.#worlds.get(variant);
    if (!found) this.#worlds.set(variant, (found = { world: new ObjectWorld(input.settings), runner: undefined }));
    if (!found.runner) {
      const { byKind, assumed } = objectsByKind(this.#alternatives.filesOf(variant, input.files), input.base);
      found.world.update(byKind, assumed, input.complete);
      found.runner = new CheckRunner(found.world, input.hasKnownNamespace, input.now);
    }
    return found.runner;
  }
}

function isObjectCheck(rule: Finding['rule']): rule is ObjectCheck {
  return 'scope' in rule && rule.scope === 'object';
}
