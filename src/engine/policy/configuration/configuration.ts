/** What a configuration file says; what is wrong in it is left out, and told by its own findings. */
import type { MeshSettings } from '../../../shared/mesh-settings.ts';
import { ruleLevels, type RuleSettings } from '../../../shared/rule-settings.ts';
import { fieldOf, isRecord, listOf, stringOf } from '../../../shared/untrusted.ts';
import type { MeshObject } from '../../model/mesh-object.ts';
import { PathPatterns } from './path-patterns.ts';

export interface Configuration {
  readonly rules: RuleSettings;
  /** In the order of the file: later ones count before earlier ones. */
  readonly overrides: readonly Override[];
  /** Files that are read as if they were not there. Paths are relative to the folder of the file. */
  readonly ignored: PathPatterns;
  readonly mesh: MeshSettings;
}

export interface Override {
  /** Absent: any file. */
  readonly paths?: PathPatterns;
  /** Absent: any object, and findings about none. */
  readonly objects?: PathPatterns;
  readonly rules: RuleSettings;
}

/** The configuration that counts for a file, and how it calls that file. */
export interface ConfiguredPath {
  readonly configuration: Configuration;
  /** Relative to the folder of the configuration. */
  readonly path: string;
}

export function readConfiguration(value: unknown): Configuration {
  return {
    rules: rulesOf(fieldOf(value, 'rules')),
    overrides: listOf(fieldOf(value, 'overrides')).map((override) => {
      const [paths, objects] = [fieldOf(override, 'paths'), fieldOf(override, 'objects')];
      return {
        ...(paths !== undefined && { paths: new PathPatterns(textsIn(paths)) }),
        ...(objects !== undefined && { objects: new PathPatterns(textsIn(objects).map(inAnyNamespace)) }),
        rules: rulesOf(fieldOf(override, 'rules')),
      };
    }),
    ignored: new PathPatterns(textsIn(fieldOf(value, 'ignore'))),
    mesh: meshOf(fieldOf(value, 'mesh')),
  };
}

/** Whether an override is about an object. */
export function isAboutObject({ objects }: Override, object: MeshObject | undefined): boolean {
  if (!objects) return true;
  return object !== undefined && objects.matches(`${object.kind}/${object.namespace}/${object.name}`);
}

/** YAML reads an unquoted `off` as false. */
function rulesOf(value: unknown): RuleSettings {
  if (!isRecord(value)) return {};
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, level]) => {
      const found = level === false ? 'off' : ruleLevels.find((each) => each === level);
      return found === undefined ? [] : [[name, found]];
    }),
  );
}

function meshOf(value: unknown): MeshSettings {
  const names = ['rootNamespace', 'clusterDomain', 'trustDomain', 'defaultNamespace'] as const;
  const texts = names.flatMap((name) => {
    const text = stringOf(fieldOf(value, name));
    return text === undefined || text === '' ? [] : [[name, text] as const];
  });
  const channel = fieldOf(value, 'gatewayApiChannel');
  return {
    ...Object.fromEntries(texts),
    ...((channel === 'standard' || channel === 'experimental') && { gatewayApiChannel: channel }),
  };
}

/** `KIND/NAMESPACE/NAME`, or `KIND/NAME` in whatever namespace. */
function inAnyNamespace(pattern: string): string {
  const parts = pattern.split('/');
  return parts.length === 2 ? `${parts[0] ?? ''}/*/${parts[1] ?? ''}` : pattern;
}

function textsIn(value: unknown): readonly string[] {
  return listOf(value).filter((each): each is string => typeof each === 'string' && each !== '');
}
