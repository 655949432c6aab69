/** `00-assert.yaml` and `01-errors.yaml` of KUTTL and Chainsaw: https://kuttl.dev/docs/kuttl-test-harness.html */
const fileName = /\/\d+-(?:assert|errors?)(?:-[\w.-]+)?\.ya?ml$/;

/** Whether the file says by its name which parts of objects a test expects: nobody applies them. */
export function isAssertion(uri: string): boolean {
  return fileName.test(uri);
}
