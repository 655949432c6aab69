import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultEngineSettings } from '../../../src/shared/engine-protocol.ts';
import {
  checkedSetting,
  settingDefaults,
  toEngineSettings,
  type SettingKey,
  type Settings,
} from '../../../src/extension/settings.ts';

const read =
  (given: Partial<Settings>) =>
  <K extends SettingKey>(key: K): Settings[K] =>
    given[key] ?? settingDefaults[key];

test('hands the engine its own defaults where nothing is set', () => {
  const settings = toEngineSettings(read({}), false);
  assert.deepEqual(settings, defaultEngineSettings);
});

test('tells of the mesh what was set, so that a cluster may say the rest', () => {
  const { mesh } = toEngineSettings(
    read({ 'mesh.clusterDomain': 'corp.example', 'mesh.defaultNamespace': 'default' }),
    false,
  );
  assert.deepEqual(mesh, { clusterDomain: 'corp.example' });
});

test('exports spans only to an address that is given', () => {
  assert.equal('otlpExport' in toEngineSettings(read({ 'traces.otlpExport': '  ' }), false).traces, false);
  const { traces } = toEngineSettings(read({ 'traces.otlpExport': ' http://127.0.0.1:4318 ' }), false);
  assert.equal(traces.otlpExport, 'http://127.0.0.1:4318');
});

const structure = [
  ['auto', false, true],
  ['auto', true, false],
  ['all', true, true],
  ['semanticOnly', false, false],
] as const;
for (const [schema, isElsewhere, expected] of structure) {
  test(`analysis.schema ${schema}, ${isElsewhere ? 'beside' : 'without'} another checker`, () => {
    const { analysis } = toEngineSettings(read({ 'analysis.schema': schema }), isElsewhere);
    assert.equal(analysis.structure, expected);
  });
}

test('falls back to the default for values of another type', () => {
  assert.equal(checkedSetting('engine.crashLimit', '7'), 3);
  assert.equal(checkedSetting('engine.crashLimit', Number.NaN), 3);
  assert.equal(checkedSetting('ports.otlp', -1), 0);
  assert.equal(checkedSetting('localMesh.autoStart', 'yes'), false);
  assert.deepEqual(checkedSetting('analysis.rules', null), {});
  assert.deepEqual(checkedSetting('analysis.rules', []), {});
  assert.equal(checkedSetting('engine.crashLimit', 5), 5);
});
