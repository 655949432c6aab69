/** Macros of CEL: calls that stand for a loop, or bind a name, and are written out before the expression is evaluated. */
import type { CelExpr, ExprBuilder } from './cel-expr.ts';
import { identifierOf } from './cel-expr.ts';
import { CelSyntaxError } from './cel-tokens.ts';

/** `standard`: what every CEL has. `kubernetes`: also loops with two variables, `sortBy`, `optMap` and `optFlatMap`. */
export type MacroSet = 'standard' | 'kubernetes';

/** A call of a method, and where it stands. */
export interface MethodCall {
  readonly target: CelExpr;
  readonly name: string;
  readonly args: CelExpr[];
  readonly offset: number;
}

const accu = '@result';
const pair = '@pair';

interface Loop {
  readonly range: CelExpr;
  readonly item: string;
  /** Puts the names of the loop around an expression of its body. */
  within(body: CelExpr): CelExpr;
}

type Expand = (build: ExprBuilder, loop: Loop, args: readonly CelExpr[], name: string) => CelExpr;

const all: Expand = (build, loop, args) =>
  fold(build, loop, {
    init: build.flag(true),
    condition: build.call('@not_strictly_false', [build.ident(accu)]),
    step: build.call('_&&_', [build.ident(accu), bodyOf(loop, args, 0)]),
  });

const exists: Expand = (build, loop, args) =>
  fold(build, loop, {
    init: build.flag(false),
    condition: build.call('@not_strictly_false', [build.call('!_', [build.ident(accu)])]),
    step: build.call('_||_', [build.ident(accu), bodyOf(loop, args, 0)]),
  });

const existsOne: Expand = (build, loop, args) =>
  fold(build, loop, {
    init: build.int(0n),
    step: build.call('_?_:_', [
      bodyOf(loop, args, 0),
      build.call('_+_', [build.ident(accu), build.int(1n)]),
      build.ident(accu),
    ]),
    result: build.call('_==_', [build.ident(accu), build.int(1n)]),
  });

/** Of two arguments the first is a condition. */
const map: Expand = (build, loop, args) => {
  const added = build.call('_+_', [build.ident(accu), build.list([bodyOf(loop, args, args.length - 1)])]);
  return fold(build, loop, { init: build.list([]), step: filtered(build, loop, args, added) });
};

const filter: Expand = (build, loop, args) => {
  const added = build.call('_+_', [build.ident(accu), build.list([build.ident(loop.item)])]);
  return fold(build, loop, {
    init: build.list([]),
    step: build.call('_?_:_', [bodyOf(loop, args, 0), added, build.ident(accu)]),
  });
};

const transformMap: Expand = (build, loop, args, name) => {
  const value = bodyOf(loop, args, args.length - 1);
  const key = build.call('_[_]', [build.ident(pair), build.int(0n)]);
  const added =
    name === 'transformMap'
      ? build.call('@withEntry', [build.ident(accu), key, value])
      : build.call('@withEntries', [build.ident(accu), value]);
  return fold(build, loop, { init: build.map([]), step: filtered(build, loop, args, added) });
};

interface Macro {
  readonly expand: Expand;
  /** How many arguments follow the names. */
  readonly args: readonly number[];
}

const oneName: Readonly<Record<string, Macro>> = {
  all: { expand: all, args: [1] },
  exists: { expand: exists, args: [1] },
  exists_one: { expand: existsOne, args: [1] },
  existsOne: { expand: existsOne, args: [1] },
  map: { expand: map, args: [1, 2] },
  filter: { expand: filter, args: [1] },
};

const twoNames: Readonly<Record<string, Macro>> = {
  all: oneName.all as Macro,
  exists: oneName.exists as Macro,
  exists_one: oneName.exists_one as Macro,
  existsOne: oneName.existsOne as Macro,
  transformList: { expand: map, args: [1, 2] },
  transformMap: { expand: transformMap, args: [1, 2] },
  transformMapEntry: { expand: transformMap, args: [1, 2] },
};

/** What the call stands for; undefined for one that is no macro. Throws a `CelSyntaxError` for one that is misused. */
export function expandMethod(build: ExprBuilder, set: MacroSet, call: MethodCall): CelExpr | undefined {
  const { target, name, args, offset } = call;
  const one = Object.hasOwn(oneName, name) ? oneName[name] : undefined;
  if (one?.args.includes(args.length - 1) === true) {
    const item = nameAt(args, 0, offset);
    return one.expand(build, { range: target, item, within: (body) => body }, args.slice(1), name);
  }
  if (set === 'standard') return undefined;
  const two = Object.hasOwn(twoNames, name) ? twoNames[name] : undefined;
  if (two?.args.includes(args.length - 2) === true) {
    const [key, value] = [nameAt(args, 0, offset), nameAt(args, 1, offset)];
    if (key === value) throw new CelSyntaxError(`\`${key}\` named twice`, offset);
    return two.expand(build, pairsOf(build, target, key, value), args.slice(2), name);
  }
  return args.length === 2 ? expandBinding(build, call) : undefined;
}

function expandBinding(build: ExprBuilder, { target, name, args, offset }: MethodCall): CelExpr | undefined {
  if (name === 'sortBy') {
    const keys = map(
      build,
      { range: target, item: nameAt(args, 0, offset), within: (body) => body },
      args.slice(1),
      name,
    );
    return build.call('@sortedBy', [target, keys]);
  }
  if (name !== 'optMap' && name !== 'optFlatMap') return undefined;
  const optional = '@optional';
  const value = build.bind(nameAt(args, 0, offset), build.call('value', [], build.ident(optional)), args[1] as CelExpr);
  const found = name === 'optMap' ? build.call('of', [value], build.ident('optional')) : value;
  const none = build.call('none', [], build.ident('optional'));
  const chosen = build.call('_?_:_', [build.call('hasValue', [], build.ident(optional)), found, none]);
  return build.bind(optional, target, chosen);
}

/** `has(a.b)`. Throws a `CelSyntaxError` where it is asked of anything but a field. */
export function expandHas(build: ExprBuilder, args: readonly CelExpr[], offset: number): CelExpr {
  const [field] = args;
  if (args.length !== 1 || field?.exprKind.case !== 'selectExpr' || field.exprKind.value.operand === undefined) {
    throw new CelSyntaxError('`has` asked of something that is no field', offset);
  }
  return build.select(field.exprKind.value.operand, field.exprKind.value.field, true);
}

/** A loop over the indexes or keys of `range`, and what stands there. */
function pairsOf(build: ExprBuilder, range: CelExpr, key: string, value: string): Loop {
  const part = (index: bigint): CelExpr => build.call('_[_]', [build.ident(pair), build.int(index)]);
  return {
    range: build.call('@pairs', [range]),
    item: pair,
    within: (body) => build.bind(key, part(0n), build.bind(value, part(1n), body)),
  };
}

function bodyOf(loop: Loop, args: readonly CelExpr[], index: number): CelExpr {
  return loop.within(args[index] as CelExpr);
}

/** `added` where the condition holds, if there is one. */
function filtered(build: ExprBuilder, loop: Loop, args: readonly CelExpr[], added: CelExpr): CelExpr {
  return args.length === 1 ? added : build.call('_?_:_', [bodyOf(loop, args, 0), added, build.ident(accu)]);
}

function fold(
  build: ExprBuilder,
  { range, item }: Loop,
  parts: { readonly init: CelExpr; readonly condition?: CelExpr; readonly step: CelExpr; readonly result?: CelExpr },
): CelExpr {
  return build.comprehension({
    range,
    item,
    accu,
    init: parts.init,
    condition: parts.condition ?? build.flag(true),
    step: parts.step,
    result: parts.result ?? build.ident(accu),
  });
}

function nameAt(args: readonly CelExpr[], index: number, offset: number): string {
  const name = args[index] && identifierOf(args[index]);
  if (name === undefined || name === accu || name === '__result__') {
    throw new CelSyntaxError('a loop whose variable is no simple name', offset);
  }
  return name;
}
