/** What `istioctl analyze` finds in files or in a cluster, and what we find in the same files. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { WorkspaceFiles } from '../../../src/engine/discovery/workspace/workspace-files.ts';
import { analyze } from '../../../src/engine/policy/analyze.ts';
import { checks } from '../../../src/engine/policy/checks/registry.ts';
import { istioctlProgram } from '../../cluster/real-cluster.ts';
import type { MeshSettings } from '../../../src/shared/mesh-settings.ts';
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
function withNamespace(origin: string): string {
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
  const files = new WorkspaceFiles();
  for (const path of paths) files.setDisk(`file://${path}`, readFileSync(path, 'utf8'));
  const { diagnostics } = analyze({ files, settings: resolveMeshSettings(settings), now });
  return diagnostics.flatMap(({ uri, range, code, message }) => {
    const document = files.file(uri)?.documents.findLast(({ line }) => line <= range.start.line);
    const objects = (document?.objects ?? []).map(({ object: { kind, namespace, name } }) =>
      namespace === '' ? `${kind} ${name}` : `${kind} ${namespace}/${name}`,
    );
    const aliases = aliasesOf.get(code) ?? [];
    return objects.flatMap((object) => aliases.map((alias) => ({ code: alias, object, message })));
  });
}
