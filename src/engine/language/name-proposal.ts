/** The name of something that exists, offered while a field is being written. */
export interface NameProposal {
  readonly name: string;
  readonly type: 'host' | 'subset' | 'object' | 'namespace' | 'port' | 'label' | 'rule' | 'value';
  /** What tells it from others: its namespace, its labels. */
  readonly detail?: string;
  /** A sentence about it. */
  readonly help?: string;
  /** Fields beside this one without which the name means something else. */
  readonly beside?: Readonly<Record<string, string>>;
}
