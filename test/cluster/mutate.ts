import type { UntrustedRecord } from '../../src/shared/untrusted.ts';
import { isRecord } from '../../src/shared/untrusted.ts';

const oddities: readonly unknown[] = [
  '',
  'a_b',
  'a b',
  '*',
  '*.example.com',
  'a/b',
  'a.b',
  '10.0.0.0/8',
  '1.5ms',
  '0s',
  '%',
  '(',
  0,
  1,
  -1,
  101,
  70_000,
  1.5,
  true,
  [],
  {},
  null,
];

interface Place {
  readonly holder: Record<string, unknown> | unknown[];
  readonly key: string | number;
}

/** A copy with one thing in its spec changed: taken away, replaced by something odd, or said twice. */
export function mutate(object: UntrustedRecord, random: () => number): UntrustedRecord {
  const copy = structuredClone(object);
  const places = [...placesIn(copy.spec)];
  const place = places[Math.floor(random() * places.length)];
  if (!place) return copy;
  const { holder, key } = place;
  const choice = random();
  if (Array.isArray(holder)) {
    const index = Number(key);
    if (choice < 0.25) holder.splice(index, 1);
    else if (choice < 0.5) holder.push(structuredClone(holder[index]));
    else holder[index] = oddities[Math.floor(random() * oddities.length)];
  } else if (choice < 0.35) Reflect.deleteProperty(holder, key);
  else if (choice < 0.45) {
    Object.assign(holder, { [`${String(key)}x`]: holder[String(key)] });
    Reflect.deleteProperty(holder, key);
  } else Object.assign(holder, { [key]: structuredClone(oddities[Math.floor(random() * oddities.length)]) });
  return copy;
}

function* placesIn(value: unknown): Generator<Place> {
  if (Array.isArray(value)) {
    for (const [key, item] of value.entries()) {
      yield { holder: value, key };
      yield* placesIn(item);
    }
  } else if (isRecord(value)) {
    for (const key of Object.keys(value)) {
      yield { holder: value, key };
      yield* placesIn(value[key]);
    }
  }
}
