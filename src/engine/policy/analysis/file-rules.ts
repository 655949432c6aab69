import type { RuleSettings } from '../../../shared/rule-settings.ts';
import type { MeshObject } from '../../model/mesh-object.ts';
import {
  isAboutObject,
  type Configuration,
  type ConfiguredPath,
  type Override,
} from '../configuration/configuration.ts';
import { mergeRules } from './rule-settings.ts';

/** What the rules count as in one file. The same object while that is the same. */
export class RulesOfFile {
  readonly #below: readonly RuleSettings[];
  readonly #overrides: readonly Override[];
  readonly #above: RuleSettings;
  readonly #merged = new Map<string, RuleSettings>();

  constructor(below: readonly RuleSettings[], overrides: readonly Override[] = [], above: RuleSettings = {}) {
    this.#below = below;
    this.#overrides = overrides;
    this.#above = above;
  }

  /** For findings about an object; undefined: about the text itself. */
  settingsFor(object: MeshObject | undefined): RuleSettings {
    const about = this.#overrides.map((override) => isAboutObject(override, object));
    const key = about.map(Number).join('');
    let merged = this.#merged.get(key);
    if (!merged) {
      const layers = this.#overrides.filter((_, index) => about[index] === true).map(({ rules }) => rules);
      this.#merged.set(key, (merged = mergeRules(...this.#below, ...layers, this.#above)));
    }
    return merged;
  }
}

/** Rules from, lowest first: the settings of a person, the configuration of the file's folder, the command line. */
export class FileRules {
  readonly #settings: RuleSettings;
  readonly #given: RuleSettings;
  readonly #configured: (uri: string) => ConfiguredPath | undefined;
  readonly #unconfigured: RulesOfFile;
  readonly #known = new WeakMap<Configuration, Map<string, RulesOfFile>>();

  constructor(settings: RuleSettings, given: RuleSettings, configured: (uri: string) => ConfiguredPath | undefined) {
    this.#settings = settings;
    this.#given = given;
    this.#configured = configured;
    this.#unconfigured = new RulesOfFile([settings], [], given);
  }

  of(uri: string): RulesOfFile {
    const found = this.#configured(uri);
    if (!found) return this.#unconfigured;
    const { configuration, path } = found;
    let known = this.#known.get(configuration);
    if (!known) this.#known.set(configuration, (known = new Map<string, RulesOfFile>()));
    let rules = known.get(path);
    if (!rules) {
      const overrides = configuration.overrides.filter(({ paths }) => paths?.matches(path) ?? true);
      known.set(path, (rules = new RulesOfFile([this.#settings, configuration.rules], overrides, this.#given)));
    }
    return rules;
  }
}
