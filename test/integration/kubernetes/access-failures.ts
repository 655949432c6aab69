import assert from 'node:assert/strict';
import {
  KubeFailure,
  type KubeFailureReason,
} from '../../../src/engine/discovery/kubernetes/transport/kube-transport.ts';

/** Stands for every secret: no failure may tell it. */
export const canary = 'canary-4f1d8a77c2';

/** The failure that a promise ends in; tells no secret. */
export async function failureOf(promise: Promise<unknown>): Promise<KubeFailure> {
  try {
    await promise;
  } catch (error) {
    assert.ok(error instanceof KubeFailure, String(error));
    assert.doesNotMatch(`${error.message}${String(error.stack)}${JSON.stringify(error)}`, /canary/);
    assert.equal(error.cause, undefined);
    return error;
  }
  throw new assert.AssertionError({ message: 'It was answered.' });
}

export async function fails(promise: Promise<unknown>, reason: KubeFailureReason, words: RegExp): Promise<KubeFailure> {
  const failure = await failureOf(promise);
  assert.equal(failure.reason, reason, failure.message);
  assert.match(failure.message, words);
  return failure;
}
