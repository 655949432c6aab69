import type { EngineSettings } from '../shared/engine-protocol.ts';
import type { MeshSettings } from '../shared/mesh-settings.ts';
import type { RuleSettings } from '../shared/rule-settings.ts';
import type { GraphType } from '../shared/topology.ts';

/** Every setting and its type. `package.json` declares the same keys with the same defaults; a test compares. */
export interface Settings {
  'localMesh.file': string;
  'localMesh.autoStart': boolean;
  'topology.openWithMesh': boolean;
  'topology.graphType': GraphType;
  'topology.window': number;
  'analysis.enabled': boolean;
  'analysis.rules': RuleSettings;
  'analysis.debounce': number;
  'analysis.schema': 'auto' | 'all' | 'semanticOnly';
  'codeLens.enabled': boolean;
  'mesh.rootNamespace': string;
  'mesh.clusterDomain': string;
  'mesh.trustDomain': string;
  'mesh.defaultNamespace': string;
  'traces.keep': number;
  'traces.otlpExport': string;
  'ports.registry': number;
  'ports.metrics': number;
  'ports.otlp': number;
  'cluster.kubeconfig': string;
  'cluster.prometheus': string;
  'cluster.followKubernetesExtension': boolean;
  'devProxy.port': number;
  'devProxy.debugSessions': boolean;
  'engine.path': string;
  'engine.crashLimit': number;
  'trace.server': 'off' | 'messages' | 'verbose';
}

export type SettingKey = keyof Settings;

/** What a setting is while nobody has set it. */
export const settingDefaults: Settings = {
  'localMesh.file': '',
  'localMesh.autoStart': false,
  'topology.openWithMesh': true,
  'topology.graphType': 'versionedApp',
  'topology.window': 60,
  'analysis.enabled': true,
  'analysis.rules': {},
  'analysis.debounce': 100,
  'analysis.schema': 'auto',
  'codeLens.enabled': true,
  'mesh.rootNamespace': 'istio-system',
  'mesh.clusterDomain': 'cluster.local',
  'mesh.trustDomain': 'cluster.local',
  'mesh.defaultNamespace': 'default',
  'traces.keep': 2000,
  'traces.otlpExport': '',
  'ports.registry': 0,
  'ports.metrics': 0,
  'ports.otlp': 0,
  'cluster.kubeconfig': '',
  'cluster.prometheus': '',
  'cluster.followKubernetesExtension': true,
  'devProxy.port': 0,
  'devProxy.debugSessions': true,
  'engine.path': '',
  'engine.crashLimit': 3,
  'trace.server': 'messages',
};

/** Settings that make something run, listen or send. In an untrusted workspace its own values of them do not count. */
export const actingSettings: readonly SettingKey[] = [
  'localMesh.file',
  'localMesh.autoStart',
  'traces.otlpExport',
  'ports.registry',
  'ports.metrics',
  'ports.otlp',
  'cluster.kubeconfig',
  'cluster.prometheus',
  'cluster.followKubernetesExtension',
  'devProxy.port',
  'devProxy.debugSessions',
  'engine.path',
];

/** Settings the engine reads only when it starts. */
export const startSettings: readonly SettingKey[] = [
  'traces.keep',
  'traces.otlpExport',
  'ports.registry',
  'ports.metrics',
  'ports.otlp',
  'engine.path',
];

/** Reads one setting. */
export type ReadSetting = <K extends SettingKey>(key: K) => Settings[K];

/** The part of the settings that the engine obeys. With `auto`, what another extension checks is not checked again. */
export function toEngineSettings(read: ReadSetting, isStructureCheckedElsewhere: boolean): EngineSettings {
  const otlpExport = read('traces.otlpExport').trim();
  const schema = read('analysis.schema');
  return {
    analysis: {
      rules: read('analysis.rules'),
      debounce: read('analysis.debounce'),
      structure: schema === 'all' || (schema === 'auto' && !isStructureCheckedElsewhere),
    },
    mesh: meshSettingsOf(read),
    traces: { keep: read('traces.keep'), ...(otlpExport === '' ? {} : { otlpExport }) },
    ports: { registry: read('ports.registry'), metrics: read('ports.metrics'), otlp: read('ports.otlp') },
    cluster: { kubeconfig: read('cluster.kubeconfig').trim(), prometheus: read('cluster.prometheus').trim() },
  };
}

/** Only what somebody set: a default would hide what a cluster says of itself. */
function meshSettingsOf(read: ReadSetting): MeshSettings {
  const settings = {
    rootNamespace: read('mesh.rootNamespace'),
    clusterDomain: read('mesh.clusterDomain'),
    trustDomain: read('mesh.trustDomain'),
    defaultNamespace: read('mesh.defaultNamespace'),
  };
  const isSet = ([name, value]: [string, string]): boolean => value !== settingDefaults[`mesh.${name}` as SettingKey];
  return Object.fromEntries(Object.entries(settings).filter(isSet));
}

/**
 * The value of a setting, or its default where the one from `settings.json` has another type: the editor marks such a
 * value but still hands it out.
 */
export function checkedSetting<K extends SettingKey>(key: K, value: unknown): Settings[K] {
  const fallback = settingDefaults[key];
  if (typeof value !== typeof fallback || value === null || Array.isArray(value)) return fallback;
  if (typeof value === 'number' && (!Number.isFinite(value) || value < 0)) return fallback;
  return value as Settings[K];
}
