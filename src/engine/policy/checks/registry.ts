/**
 * All checks, in the order of their codes. A code is given once: one that is no longer used moves to `retiredCodes`.
 * Topics: 10 text, 11 structure, 12 references, 13 routes, 14 traffic policy, 90 the engine itself.
 */
import type { Check, DeclarationCheck, ObjectCheck, StructureCheck, SyntaxCheck } from './check.ts';
import { fileTooLong } from './engine/file-too-long.ts';
import { internalError } from './engine/internal-error.ts';
import { conflictingHosts } from './routing/conflicting-hosts.ts';
import { destinationPortRequired } from './routing/destination-port.ts';
import { ineffectiveMatch } from './routing/ineffective-match.ts';
import { missingRoute } from './routing/missing-route.ts';
import { rewriteDoubleSlash } from './routing/rewrite-double-slash.ts';
import { unknownGateway } from './routing/unknown-gateway.ts';
import { unknownHost } from './routing/unknown-host.ts';
import { unknownPort } from './routing/unknown-port.ts';
import { unknownSubset } from './routing/unknown-subset.ts';
import { unreachableRule } from './routing/unreachable-rule.ts';
import { deprecatedField } from './schema/deprecated-field.ts';
import { duplicateItem } from './schema/duplicate-item.ts';
import { exclusiveFields } from './schema/exclusive-fields.ts';
import { invalidFormat } from './schema/invalid-format.ts';
import { localMeshProblem } from './schema/local-mesh.ts';
import { missingField } from './schema/missing-field.ts';
import { outOfRange } from './schema/out-of-range.ts';
import { unknownApiVersion } from './schema/unknown-api-version.ts';
import { unknownField } from './schema/unknown-field.ts';
import { unknownKind } from './schema/unknown-kind.ts';
import { unknownValue } from './schema/unknown-value.ts';
import { wrongType } from './schema/wrong-type.ts';
import { outlierNeverEjects } from './traffic/outlier-never-ejects.ts';
import { subsetSelectsNothing } from './traffic/subset-selects-nothing.ts';
import { unknownDestinationRuleHost } from './traffic/unknown-destination-rule-host.ts';
import { missingWeight } from './weights/missing-weight.ts';
import { singleWeight } from './weights/single-weight.ts';
import { weightsNotHundred } from './weights/weights-not-hundred.ts';
import { weightsSumZero } from './weights/weights-sum-zero.ts';
import { yamlDuplicateKey } from './yaml/yaml-duplicate-key.ts';
import { yamlLimit } from './yaml/yaml-limit.ts';
import { yamlSyntax } from './yaml/yaml-syntax.ts';
import { yamlUnknownAlias } from './yaml/yaml-unknown-alias.ts';

export const syntaxChecks: readonly SyntaxCheck[] = [yamlSyntax, yamlDuplicateKey, yamlUnknownAlias, yamlLimit];

export const structureChecks: readonly StructureCheck[] = [
  unknownField,
  wrongType,
  missingField,
  unknownValue,
  outOfRange,
  invalidFormat,
  exclusiveFields,
  duplicateItem,
  deprecatedField,
];

export const declarationChecks: readonly DeclarationCheck[] = [unknownKind, unknownApiVersion, localMeshProblem];

export const objectChecks: readonly ObjectCheck[] = [
  missingRoute,
  unknownGateway,
  unknownHost,
  unknownSubset,
  destinationPortRequired,
  unknownPort,
  subsetSelectsNothing,
  unknownDestinationRuleHost,
  weightsSumZero,
  singleWeight,
  weightsNotHundred,
  missingWeight,
  unreachableRule,
  ineffectiveMatch,
  conflictingHosts,
  rewriteDoubleSlash,
  outlierNeverEjects,
];

export const checks: readonly Check[] = [
  ...syntaxChecks,
  ...structureChecks,
  ...declarationChecks,
  ...objectChecks,
  internalError,
  fileTooLong,
];

/** Codes that were given and are no longer used; never to be given again. */
export const retiredCodes: readonly string[] = [];
