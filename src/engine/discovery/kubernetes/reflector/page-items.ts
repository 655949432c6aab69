/** The items of one answer. Methods throw `KubeFailure` where it is not what it should be. */
export interface PageItems {
  /** The next item; undefined after the last. */
  next(): { readonly value: unknown } | undefined;
  /** Of the list itself; after the last item only. */
  metadata(): unknown;
}
