/** How many items of lists and mappings a rule may look at. A rule of a stranger must end, and soon. */
export class StepLimit {
  #left: number;

  constructor(steps: number) {
    this.#left = steps;
  }

  get isExceeded(): boolean {
    return this.#left < 0;
  }

  take(): void {
    this.#left--;
    if (this.isExceeded) throw new Error('the rule looks at too many items');
  }
}
