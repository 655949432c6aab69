import { setTimeout as delay } from 'node:timers/promises';

/** Default patience: the machine may be busy with other things. */
const patience = 60_000;

/**
 * Asks `state` until it answers something true, and returns that. Errors of `state` count as "not yet"; the last one is
 * told when patience ends.
 */
export async function waitFor<T>(
  what: string,
  state: () => T | Promise<T>,
  milliseconds: number = patience,
): Promise<Exclude<T, undefined | null | false | '' | 0>> {
  const deadline = Date.now() + milliseconds;
  let last: unknown;
  do {
    try {
      const value = await state();
      if (value) return value as Exclude<T, undefined | null | false | '' | 0>;
      last = value;
    } catch (error) {
      last = error;
    }
    await delay(50);
  } while (Date.now() < deadline);
  const told = last instanceof Error ? last.message : JSON.stringify(last);
  throw new Error(`Waited ${milliseconds} ms in vain for ${what}. Last: ${told}`);
}
