/** Builds syntax trees in the form of the CEL library, which evaluates them. */
import type { parse } from '@bufbuild/cel';

export type CelExpr = ReturnType<typeof parse>['expr'];

type ExprKind = CelExpr['exprKind'];

export type CelConstant =
  | { readonly case: 'boolValue'; readonly value: boolean }
  | { readonly case: 'int64Value' | 'uint64Value'; readonly value: bigint }
  | { readonly case: 'doubleValue'; readonly value: number }
  | { readonly case: 'stringValue'; readonly value: string }
  | { readonly case: 'bytesValue'; readonly value: Uint8Array<ArrayBuffer> }
  | { readonly case: 'nullValue'; readonly value: 0 };

/** `accu` begins as `init`, becomes `step` for each item while `condition` holds; `result` is the value of it all. */
interface Comprehension {
  readonly range: CelExpr;
  readonly item: string;
  readonly accu: string;
  readonly init: CelExpr;
  readonly condition: CelExpr;
  readonly step: CelExpr;
  readonly result: CelExpr;
}

export class ExprBuilder {
  #lastId = 0n;

  constant(constantKind: CelConstant): CelExpr {
    return this.#expr({ case: 'constExpr', value: { $typeName: 'cel.expr.Constant', constantKind } });
  }

  flag(value: boolean): CelExpr {
    return this.constant({ case: 'boolValue', value });
  }

  int(value: bigint): CelExpr {
    return this.constant({ case: 'int64Value', value });
  }

  text(value: string): CelExpr {
    return this.constant({ case: 'stringValue', value });
  }

  ident(name: string): CelExpr {
    return this.#expr({ case: 'identExpr', value: { $typeName: 'cel.expr.Expr.Ident', name } });
  }

  select(operand: CelExpr, field: string, testOnly = false): CelExpr {
    return this.#expr({ case: 'selectExpr', value: { $typeName: 'cel.expr.Expr.Select', operand, field, testOnly } });
  }

  call(name: string, args: CelExpr[], target?: CelExpr): CelExpr {
    const value = { $typeName: 'cel.expr.Expr.Call', function: name, args, ...(target && { target }) } as const;
    return this.#expr({ case: 'callExpr', value });
  }

  list(elements: CelExpr[]): CelExpr {
    return this.#expr({
      case: 'listExpr',
      value: { $typeName: 'cel.expr.Expr.CreateList', elements, optionalIndices: [] },
    });
  }

  map(entries: readonly { readonly key: CelExpr; readonly value: CelExpr }[]): CelExpr {
    return this.#struct(
      '',
      entries.map(({ key, value }) => ({ keyKind: { case: 'mapKey', value: key } as const, value })),
    );
  }

  message(name: string, fields: readonly { readonly name: string; readonly value: CelExpr }[]): CelExpr {
    return this.#struct(
      name,
      fields.map((field) => ({ keyKind: { case: 'fieldKey', value: field.name } as const, value: field.value })),
    );
  }

  comprehension({ range, item, accu, init, condition, step, result }: Comprehension): CelExpr {
    return this.#expr({
      case: 'comprehensionExpr',
      value: {
        $typeName: 'cel.expr.Expr.Comprehension',
        iterRange: range,
        iterVar: item,
        iterVar2: '',
        accuVar: accu,
        accuInit: init,
        loopCondition: condition,
        loopStep: step,
        result,
      },
    });
  }

  /** `body`, in which `name` stands for `value`. */
  bind(name: string, value: CelExpr, body: CelExpr): CelExpr {
    return this.comprehension({
      range: this.list([]),
      item: '@unused',
      accu: name,
      init: value,
      condition: this.flag(false),
      step: this.ident(name),
      result: body,
    });
  }

  #struct(
    messageName: string,
    entries: readonly {
      readonly keyKind:
        { readonly case: 'mapKey'; readonly value: CelExpr } | { readonly case: 'fieldKey'; readonly value: string };
      readonly value: CelExpr;
    }[],
  ): CelExpr {
    return this.#expr({
      case: 'structExpr',
      value: {
        $typeName: 'cel.expr.Expr.CreateStruct',
        messageName,
        entries: entries.map(({ keyKind, value }) => ({
          $typeName: 'cel.expr.Expr.CreateStruct.Entry',
          id: this.#nextId(),
          keyKind,
          value,
          optionalEntry: false,
        })),
      },
    });
  }

  #expr(exprKind: ExprKind): CelExpr {
    return { $typeName: 'cel.expr.Expr', id: this.#nextId(), exprKind };
  }

  #nextId(): bigint {
    return ++this.#lastId;
  }
}

/** Name of an identifier; undefined for every other expression. */
export function identifierOf({ exprKind }: CelExpr): string | undefined {
  return exprKind.case === 'identExpr' ? exprKind.value.name : undefined;
}
