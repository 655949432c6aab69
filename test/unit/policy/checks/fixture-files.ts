import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { MarkedYaml } from './marked-yaml.ts';
import { readMarkedYaml } from './marked-yaml.ts';

const root = path.resolve(import.meta.dirname, '../../../fixtures/checks');

export interface Fixture extends MarkedYaml {
  /** Name of the folder: the rule the fixture is about. */
  readonly rule: string;
  readonly name: string;
}

export const fixtures: readonly Fixture[] = readdirSync(root).flatMap((rule) =>
  readdirSync(path.join(root, rule)).map((name) => ({
    rule,
    name: `${rule}/${name}`,
    ...readMarkedYaml(readFileSync(path.join(root, rule, name), 'utf8')),
  })),
);
