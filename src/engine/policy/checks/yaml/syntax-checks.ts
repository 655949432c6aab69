import type { SyntaxCheck } from '../check.ts';
import { yamlDuplicateKey } from './yaml-duplicate-key.ts';
import { yamlLimit } from './yaml-limit.ts';
import { yamlSyntax } from './yaml-syntax.ts';
import { yamlUnknownAlias } from './yaml-unknown-alias.ts';
import { yamlVersion } from './yaml-version.ts';

export const syntaxChecks: readonly SyntaxCheck[] = [
  yamlSyntax,
  yamlDuplicateKey,
  yamlUnknownAlias,
  yamlLimit,
  yamlVersion,
];
