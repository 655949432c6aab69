/** What `istioctl analyze` finds in files or in a cluster, and what we find in the same. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { Engine, standaloneInitialization } from '../../../src/engine/engine.ts';
import { WorkspaceFiles } from '../../../src/engine/discovery/workspace/workspace-files.ts';
import type { MeshObject } from '../../../src/engine/model/mesh-object.ts';
import { analyze } from '../../../src/engine/policy/analyze.ts';
import { checks } from '../../../src/engine/policy/checks/registry.ts';
import { istioctlProgram } from '../../cluster/real-cluster.ts';
import type { Diagnostic } from '../../../src/shared/diagnostics.ts';
import type { MeshSettings } from '../../../src/shared/mesh-settings.ts';
import type { RuleSettings } from '../../../src/shared/rule-settings.ts';
import { resolveMeshSettings } from '../../../src/shared/mesh-settings.ts';

/** One finding: the code, `Kind namespace/name` of the object, and the words. */
export interface ToolFinding {
  readonly code: string;
  readonly object: string;
  readonly message: string;
}

/** Runs the tool. It has another exit code where it finds something, and warns before its JSON of what it cannot read. */
export function istioctlFindings(args: readonly string[]): Promise<readonly ToolFinding[]> {
  return new Promise((resolve, reject) => {
    execFile(
      istioctlProgram,
      ['analyze', '-A', '-o', 'json', ...args],
      { maxBuffer: 64e6 },
      (error, stdout, stderr) => {
        const start = /^\[/m.exec(stdout)?.index;
        if (start === undefined) {
          reject(new Error(`istioctl analyze ${args.join(' ')}: ${stderr.trim() || (error?.message ?? stdout)}`));
          return;
        }
        const found = JSON.parse(stdout.slice(start)) as readonly {
          readonly code: string;
          readonly origin: string;
          readonly message: string;
        }[];
        resolve(found.map(({ code, origin, message }) => ({ code, object: withNamespace(origin), message })));
      },
    );
  });
}

/** The tool leaves the namespace out where the file does. */
export function withNamespace(origin: string): string {
  const [kind = '', name = ''] = origin.split(' ');
  return clusterScoped.has(kind) || name.includes('/') ? origin : `${kind} default/${name}`;
}

const clusterScoped: ReadonlySet<string> = new Set([
  'Namespace',
  'MutatingWebhookConfiguration',
  'ValidatingWebhookConfiguration',
  'CustomResourceDefinition',
]);

const aliasesOf = new Map(checks.map(({ code, aliases }) => [code, aliases]));

/** Our findings in the files, once for every code that other tools have for the rule. */
export function ownFindings(paths: readonly string[], settings: MeshSettings, now: number): readonly ToolFinding[] {
  return ownFindingsIn(new Map(paths.map((path) => [`file://${path}`, readFileSync(path, 'utf8')])), { settings, now });
}

/** Our findings in texts by their URI, on top of the objects that a cluster has. */
export function ownFindingsIn(
  texts: ReadonlyMap<string, string>,
  { settings, rules, now, base = [] }: Given,
): readonly ToolFinding[] {
  const files = new WorkspaceFiles();
  for (const [uri, text] of texts) files.setDisk(uri, text);
  const given = { files, base, settings: resolveMeshSettings(settings), now, ...(rules && { rules }) };
  return asToolFindings(files, analyze(given).diagnostics);
}

interface Given {
  readonly settings: MeshSettings;
  readonly rules?: RuleSettings;
  readonly now: number;
  readonly base?: readonly MeshObject[];
}

/** Diagnostics as findings about the objects of the documents they are in, once for every code of another tool. */
function asToolFindings(files: WorkspaceFiles, diagnostics: readonly Diagnostic[]): readonly ToolFinding[] {
  return diagnostics.flatMap(({ uri, range, code, message }) => {
    const document = files.file(uri)?.documents.findLast(({ line }) => line <= range.start.line);
    const objects = (document?.objects ?? []).map(({ object }) => objectName(object));
    const aliases = aliasesOf.get(code) ?? [];
    return objects.flatMap((object) => aliases.map((alias) => ({ code: alias, object, message })));
  });
}

const objectName = ({ kind, namespace, name }: Pick<MeshObject, 'kind' | 'namespace' | 'name'>): string =>
  namespace === '' ? `${kind} ${name}` : `${kind} ${namespace}/${name}`;

/** Our findings in a text that lies on top of what the cluster has, all of it read as the command line reads it. */
export async function ownFindingsInCluster(
  kubeconfig: string,
  text: string,
  settings: MeshSettings,
): Promise<readonly ToolFinding[]> {
  const uri = 'file:///applied.yaml';
  const engine = new Engine({
    ...standaloneInitialization,
    settings: { ...standaloneInitialization.settings, cluster: { kubeconfig, prometheus: '' } },
  });
  try {
    const context = 'admin';
    await engine.connected(context, []);
    const { result } = await engine.analyze({ resources: [{ uri, text }], context, mesh: settings, configuration: '' });
    return asToolFindings(filesOf(uri, text), result.diagnostics);
  } finally {
    await engine.dispose();
  }
}

/** `Kind namespace/name` of every object that a text declares. */
export const objectsIn = (text: string): readonly string[] =>
  filesOf('file:///text.yaml', text).objects().map(objectName);

function filesOf(uri: string, text: string): WorkspaceFiles {
  const files = new WorkspaceFiles();
  files.setDisk(uri, text);
  return files;
}

/** Said of every EnvoyFilter there is, and so of none. */
const saidOfAll = 'EnvoyFilter exposes internal implementation details';

export const keyOf = ({ code, object }: Pick<ToolFinding, 'code' | 'object'>): string => `${code} ${object}`;

/** What the tool finds, and we do not. */
export const missed = (theirs: readonly ToolFinding[], ours: readonly ToolFinding[]): readonly ToolFinding[] => {
  const known = new Set(ours.map(keyOf));
  return theirs.filter((finding) => !known.has(keyOf(finding)) && !finding.message.includes(saidOfAll));
};
