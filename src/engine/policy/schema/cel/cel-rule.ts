/** A rule of `x-kubernetes-validations`, made into one of ours. */
import type { FieldPath } from '../../../../shared/text.ts';
import { fieldOf, stringOf } from '../../../../shared/untrusted.ts';
import type { RuleProblem, Schema, SchemaRule } from '../schema.ts';
import type { CelProgram } from './cel-program.ts';
import { compileCel } from './cel-program.ts';

/**
 * The rule as the API server evaluates it for a new object. Rules about a change (`oldSelf`) are no rules for new objects,
 * and give undefined.
 */
export function celRule(source: unknown, schema: Schema): SchemaRule | undefined {
  const expression = stringOf(fieldOf(source, 'rule'));
  if (expression === undefined || expression.trim() === '') return undefined;
  const isTransition = /\boldSelf\b/.test(expression);
  if (isTransition && fieldOf(source, 'optionalOldSelf') !== true) return undefined;
  const path = readFieldPath(stringOf(fieldOf(source, 'fieldPath')) ?? '');
  const message = stringOf(fieldOf(source, 'message'))?.trim();
  const messageExpression = stringOf(fieldOf(source, 'messageExpression'));
  // Compiled when first needed: a definition has more rules than an object has fields.
  let program: CelProgram | undefined;
  let messageProgram: CelProgram | undefined;
  let isCompiled = false;
  return (value) => {
    if (!isCompiled) {
      program = compileCel(expression);
      messageProgram = messageExpression === undefined ? undefined : compileCel(messageExpression);
      isCompiled = true;
    }
    const outcome = program?.(value, schema) ?? { type: 'undecided', reason: 'it is not understood' };
    if (outcome.type === 'undecided') return [undecided(expression, outcome.reason)];
    if (outcome.type === 'value' && outcome.value === true) return [];
    const computed = messageProgram?.(value, schema);
    const own = computed?.type === 'value' && typeof computed.value === 'string' ? computed.value.trim() : '';
    const said = own !== '' ? own : (message ?? `The rule \`${shorten(expression)}\` must hold.`);
    return [{ path, message: sentence(said) }];
  };
}

function undecided(expression: string, reason: string): RuleProblem {
  const message = `The rule \`${shorten(expression)}\` of the definition could not be evaluated here: ${reason}.`;
  return { path: [], part: 'key', message, kind: 'undecided-rule' };
}

function shorten(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').replaceAll('`', "'");
  return line.length > 120 ? `${line.slice(0, 120)}…` : line;
}

function sentence(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').slice(0, 500);
  return /[.!?]$/.test(line) ? line : `${line}.`;
}

/** `.spec.ports`, or `.labels['a/b']`. */
function readFieldPath(text: string): FieldPath {
  const steps = text.matchAll(/\.([A-Za-z_][\w-]*)|\['((?:[^'\\]|\\.)*)'\]/g);
  return [...steps].map((match) => match[1] ?? match[2] ?? '');
}
