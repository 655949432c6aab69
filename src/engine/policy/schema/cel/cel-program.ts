/** The one place that knows the CEL library: compiles expressions and evaluates them under a limit. */
import type { CelInput } from '@bufbuild/cel';
import { celEnv, isCelError, parse, plan } from '@bufbuild/cel';
import { strings } from '@bufbuild/cel/ext';
import { RE2JS } from 're2js';
import type { Schema } from '../schema.ts';
import { celInput } from './cel-input.ts';
import { kubernetesFunctions } from './kubernetes-functions.ts';
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
    const parsed = parse(expression);
    if (literalWork(parsed.expr) > mostSteps) return undefined;
    const evaluate = plan(environment, parsed.expr);
    return (self, schema) => run(evaluate, self, schema);
  } catch {
    return undefined;
  }
}

function run(evaluate: (bindings: Record<string, CelInput>) => unknown, self: unknown, schema: Schema): CelOutcome {
  const limit = new StepLimit(mostSteps);
  let reason: string;
  try {
    const result = evaluate({ self: celInput(self, schema, limit, readText) });
    if (!isCelError(result)) return { type: 'value', value: result };
    reason = result.message;
  } catch (error) {
    reason = error instanceof Error ? error.message : String(error);
  }
  if (limit.isExceeded) return { type: 'undecided', reason: 'it looks at too many items' };
  // What these say of the value, the API server says too; others may be gaps of ours.
  const isOfValue = /^(?:field not found|no such key|index out of|invalid index)/i.test(reason);
  return { type: isOfValue ? 'failed' : 'undecided', reason };
}

const readers = {
  'date-time': plan(environment, parse('timestamp(self)')),
  duration: plan(environment, parse('duration(self)')),
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
    literalWork(value.iterRange)
  );
}

function literalSize(node: unknown): number {
  const { exprKind } = (node ?? {}) as {
    exprKind?: { case?: string; value?: { elements?: unknown[]; entries?: unknown[] } };
  };
  return Math.max(1, exprKind?.value?.elements?.length ?? exprKind?.value?.entries?.length ?? 1);
}
