/** Side by side with `istioctl analyze` of files: it finds nothing that we miss, except what is wrong of it, named here. */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { fixtures, fixtureTime } from '../../unit/policy/checks/fixture-files.ts';
import { realIstioMissing } from '../../cluster/real-cluster.ts';
import { fileFalsePositives } from './istioctl-file-exceptions.ts';
import { istioctlFindings, keyOf, missed, ownFindings } from './istioctl-findings.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const fixturePath = (name: string): string => path.join(root, 'test/fixtures/checks', name);

describe('istioctl analyze without a cluster', { skip: realIstioMissing }, () => {
  const unused = new Set(fileFalsePositives);

  for (const { name, settings } of fixtures) {
    test(`finds nothing in ${name} that we miss`, async () => {
      const file = fixturePath(name);
      const theirs = await istioctlFindings(['--use-kube=false', file]).catch((error: unknown) => {
        // What is no YAML to it, it does not analyze.
        assert.match(String(error), /pars|convert|cannot|invalid/);
        return [];
      });
      const left = missed(theirs, ownFindings([file], settings, fixtureTime)).filter((finding) => {
        const wrong = fileFalsePositives.find((each) => each.file === name && keyOf(each) === keyOf(finding));
        if (wrong) unused.delete(wrong);
        return !wrong;
      });
      assert.deepEqual(left, []);
    });
  }

  test('finds nothing in the samples that we miss', async () => {
    for (const sample of ['bookinfo/istio', 'bookinfo-kubernetes']) {
      const folder = path.join(root, 'samples', sample);
      const files = readdirSync(folder).map((name) => path.join(folder, name));
      const theirs = await istioctlFindings(['--use-kube=false', ...files]);
      assert.deepEqual(missed(theirs, ownFindings(files, {}, fixtureTime)), []);
    }
  });

  test('finds all that is called a false positive of it', () => {
    assert.deepEqual(
      [...unused].map(({ file, code }) => `${file} ${code}`),
      [],
    );
  });
});
