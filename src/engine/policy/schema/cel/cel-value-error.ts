/** What a rule asks of a value that the value cannot give. It breaks the rule: the API server sees the same. */
export class CelValueError extends Error {}
