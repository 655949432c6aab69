/** Lines, zero-based and inclusive. */
export interface Fold {
  readonly start: number;
  readonly end: number;
}

/**
 * Where block-style YAML can be folded: every line with deeper ones (or, under a key, list items of the same depth) below
 * it. `managed` is one more fold, where the lines of managed fields begin.
 */
export function yamlFolds(text: string, managed?: Fold): readonly Fold[] {
  const lines = text.split('\n');
  const folds: Fold[] = [];
  const open: { readonly line: number; readonly depth: number }[] = [];
  let last = -1;
  const close = (depth: number): void => {
    for (let top = open.at(-1); top !== undefined && top.depth >= depth; top = open.at(-1)) {
      if (last > top.line) folds.push({ start: top.line, end: last });
      open.pop();
    }
  };
  lines.forEach((text_, line) => {
    if (text_.trim() === '') return;
    const indent = text_.length - text_.trimStart().length;
    // An item of a list belongs to the key above it, even where it is not indented.
    const depth = text_.trimStart().startsWith('- ') ? indent * 2 + 1 : indent * 2;
    close(depth);
    open.push({ line, depth });
    last = line;
  });
  close(-1);
  const own = managed === undefined || folds.some(({ start }) => start === managed.start) ? [] : [managed];
  return [...folds, ...own].toSorted((a, b) => a.start - b.start);
}
