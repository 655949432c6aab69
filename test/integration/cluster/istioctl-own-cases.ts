/** The cases by which istioctl tests its own analyzers, where the sources of Istio are in the cache of Go's modules. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { withNamespace } from './istioctl-findings.ts';

export interface OwnCase {
  readonly name: string;
  /** Text by URI. */
  readonly texts: ReadonlyMap<string, string>;
  /** `code Kind namespace/name`, each once. */
  readonly expected: readonly string[];
}

/** Where the analyzers are; undefined where there is no Go, or Istio's sources were never needed. */
function analyzersFolder(): string | undefined {
  try {
    const cache = execFileSync('go', ['env', 'GOMODCACHE'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    const modules = path.join(cache.trim(), 'istio.io');
    const istio = readdirSync(modules).findLast((name) => name.startsWith('istio@'));
    return istio === undefined ? undefined : path.join(modules, istio, 'pkg/config/analysis/analyzers');
  } catch {
    return undefined;
  }
}

const folder = analyzersFolder();

/** False, or why the cases are left out. */
export const ownCasesMissing =
  folder === undefined ? 'the sources of Istio are not in the cache of Go’s modules' : false;

export const ownCases = (): readonly OwnCase[] => (folder === undefined ? [] : readCases(folder));

function readCases(analyzers: string): readonly OwnCase[] {
  const read = (name: string): string => readFileSync(path.join(analyzers, name), 'utf8');
  const codes = codesByName(read('../msg/messages.gen.go'));
  const source = read('analyzers_test.go');
  const start = source.indexOf('var testGrid');
  const grid = source.slice(start, source.indexOf('\n}\n', start));
  return grid
    .split(/^\t\{$/m)
    .slice(1)
    .map((text): OwnCase => {
      const [, list = ''] = /inputFiles:\s+\[\]string\{([^}]*)\}/.exec(text) ?? [];
      const texts = new Map(quoted(list).map((name) => [`file:///${name}`, read(name)]));
      const mesh = meshConfigMap(
        [...text.matchAll(/mesh(Config|Networks)File:\s+"(.*)"/g)].map(([, part, name = '']) => [
          part === 'Config' ? 'mesh' : 'meshNetworks',
          read(name),
        ]),
      );
      if (mesh !== undefined) texts.set('file:///mesh-settings.yaml', mesh);
      const expected = [...text.matchAll(/^\s*\{msg\.(\w+), "(.*)"\}/gm)].map(
        ([, name = '', object = '']) => `${codes.get(name) ?? name} ${withNamespace(object)}`,
      );
      return { name: /name:\s+"(.*)"/.exec(text)?.[1] ?? '', texts, expected: [...new Set(expected)] };
    });
}

const quoted = (text: string): readonly string[] => [...text.matchAll(/"(.*?)"/g)].map(([, inside = '']) => inside);

const codesByName = (source: string): ReadonlyMap<string, string> =>
  new Map(
    [...source.matchAll(/(\w+) = diag\.NewMessageType\(diag\.\w+, "(IST\d+)"/g)].map(([, name = '', code = '']) => [
      name,
      code,
    ]),
  );

/** The settings that they read from files of their own are in a ConfigMap in any real mesh. */
function meshConfigMap(parts: readonly (readonly [key: string, text: string])[]): string | undefined {
  if (parts.length === 0) return undefined;
  const data = parts.map(([key, text]) => `  ${key}: |\n${text.replaceAll(/^/gm, '    ')}\n`);
  return `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: istio\n  namespace: istio-system\ndata:\n${data.join('')}`;
}
