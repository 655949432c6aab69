/** The one place that knows the CEL library: compiles expressions and evaluates them under a limit. */
import type { CelInput } from '@bufbuild/cel';
import { celEnv, isCelError, plan } from '@bufbuild/cel';
import { strings } from '@bufbuild/cel/ext';
import { RE2JS } from 're2js';
import type { Schema } from '../schema.ts';
import { celInput } from './cel-input.ts';
import { parseCel } from './cel-parser.ts';
import { kubernetesFunctions } from './kubernetes-functions.ts';
import { isOfValue } from './cel-value-error.ts';
import { StepLimit } from './step-limit.ts';

const longestExpression = 20_000;
const mostSteps = 20_000;

/** What an expression gives: a value, a complaint about the value it looked at, or nothing that can be relied on. */
type CelOutcome =
  | { readonly type: 'value'; readonly value: unknown }
  | { readonly type: 'failed'; readonly reason: string }
  | { readonly type: 'undecided'; readonly reason: string };

/** Evaluates with `self` bound to a value that has the structure of the schema. Never throws. */
export type CelProgram = (self: unknown, schema: Schema) => CelOutcome;

const environment = celEnv({
  funcs: [...strings, ...kubernetesFunctions],
  re2: {
    compile: (source) => {
      const pattern = RE2JS.compile(source);
      return { test: (text) => pattern.matcher(text).find() };
    },
  },
});

/** Undefined where the text is no CEL that is understood here. */
export function compileCel(expression: string): CelProgram | undefined {
  if (expression.length > longestExpression) return undefined;
  try {
    const parsed = parseCel(expression, 'kubernetes');
    if (literalWork(parsed) > mostSteps) return undefined;
    const evaluate = plan(environment, parsed);
    return (self, schema) => run(evaluate, self, schema);
  } catch {
    return undefined;
  }
}

function run(evaluate: (bindings: Record<string, CelInput>) => unknown, self: unknown, schema: Schema): CelOutcome {
  const limit = new StepLimit(mostSteps);
  let failure: Error;
  try {
    const result = evaluate({ self: celInput(self, schema, limit, readText) });
    if (!isCelError(result)) return { type: 'value', value: result };
    failure = result;
  } catch (error) {
    failure = error instanceof Error ? error : new Error(String(error));
  }
  if (limit.isExceeded) return { type: 'undecided', reason: 'it looks at too many items' };
  return { type: isOfValue(failure) ? 'failed' : 'undecided', reason: failure.message };
}

const readers = {
  'date-time': plan(environment, parseCel('timestamp(self)', 'standard')),
  duration: plan(environment, parseCel('duration(self)', 'standard')),
};

function readText(text: string, format: keyof typeof readers): CelInput | undefined {
  const value = readers[format]({ self: text });
  return isCelError(value) ? undefined : value;
}

/** How often the lists written in the expression itself are walked through, loops within loops multiplied. */
function literalWork(node: unknown): number {
  if (typeof node !== 'object' || node === null) return 1;
  if (Array.isArray(node)) return node.reduce((sum: number, item) => sum + literalWork(item), 0);
  const { exprKind } = node as { exprKind?: { case?: string; value?: Record<string, unknown> } };
  if (exprKind?.case === undefined) return 1;
  const value = exprKind.value ?? {};
  if (exprKind.case !== 'comprehensionExpr')
    return 1 + literalWork(Object.values(value).filter((each) => typeof each === 'object'));
  return (
    literalSize(value.iterRange) * (1 + literalWork([value.loopStep, value.loopCondition])) +
    literalWork([value.iterRange, value.accuInit, value.result])
  );
}

/** How many items an expression gives that are written in it. */
function literalSize(node: unknown): number {
  const { exprKind } = (node ?? {}) as { exprKind?: { case?: string; value?: Record<string, unknown> } };
  const { elements, entries, target, args, iterRange } = exprKind?.value ?? {};
  const parts = [target, iterRange, ...(Array.isArray(args) ? (args as unknown[]) : [])].filter(Boolean);
  const own = Array.isArray(elements) ? elements.length : Array.isArray(entries) ? entries.length : 0;
  return Math.max(1, own + parts.reduce((sum: number, part) => sum + literalSize(part), 0));
}
