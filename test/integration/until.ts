/** Asks until the answer is there: tests wait for states, never for clocks. Fails after `patience` milliseconds. */
export async function until<T>(
  what: string,
  ask: () => Promise<T | undefined | false> | T | undefined | false,
  patience = 60_000,
): Promise<T> {
  const deadline = Date.now() + patience;
  let last: unknown;
  for (;;) {
    try {
      const answer = await ask();
      if (answer !== undefined && answer !== false) return answer;
    } catch (error) {
      last = error;
    }
    if (Date.now() > deadline) throw new Error(`Waited ${patience / 1000} s for ${what} in vain.`, { cause: last });
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
