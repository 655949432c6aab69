import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { RuleInfo } from '../../engine/policy/checks/check.ts';
import type { AnalyzeResult, Diagnostic, Fix, Severity } from '../../shared/diagnostics.ts';
import type { Location, Range } from '../../shared/text.ts';
import type { FindingsOptions } from './findings-options.ts';

const levels: Readonly<Record<Severity, 'error' | 'warning' | 'note'>> = {
  error: 'error',
  warning: 'warning',
  information: 'note',
  hint: 'note',
};

const rootId = 'SRCROOT';

/** A log in SARIF 2.1.0, as code scanning takes it, with all rules. Columns count UTF-16 code units. */
export function formatSarif(result: AnalyzeResult, rules: readonly RuleInfo[], { cwd }: FindingsOptions = {}): string {
  const root = cwd === undefined ? undefined : `${pathToFileURL(path.resolve(cwd)).href.replace(/\/$/, '')}/`;
  const codes = rules.map(({ code }) => code);
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'Meshlens', rules: rules.map(ruleOf) } },
        columnKind: 'utf16CodeUnits',
        ...(root !== undefined && { originalUriBaseIds: { [rootId]: { uri: root } } }),
        results: result.diagnostics.map((diagnostic) => resultOf(diagnostic, codes.indexOf(diagnostic.code), root)),
      },
    ],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

function ruleOf({ code, rule, summary, severity, aliases }: RuleInfo): unknown {
  return {
    id: code,
    name: rule.replaceAll(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase()),
    shortDescription: { text: summary },
    help: { text: `${summary} Explained in docs/rules/${code}.md.` },
    defaultConfiguration: { level: levels[severity] },
    properties: { tags: ['service-mesh', ...aliases], precision: 'high' },
  };
}

function resultOf(diagnostic: Diagnostic, ruleIndex: number, root: string | undefined): unknown {
  const { code, severity, message, uri, range, resource, related, fixes, path: field } = diagnostic;
  const name = resource && `${resource.kind}/${resource.namespace}/${resource.name}`;
  return {
    ruleId: code,
    ...(ruleIndex >= 0 && { ruleIndex }),
    level: levels[severity],
    message: { text: message },
    locations: [
      {
        physicalLocation: physical({ uri, range }, root),
        ...(name !== undefined && {
          logicalLocations: [{ fullyQualifiedName: field === '' ? name : `${name}#${field}`, kind: 'object' }],
        }),
      },
    ],
    ...(related.length > 0 && {
      relatedLocations: related.map(({ message: text, location }, index) => ({
        id: index,
        message: { text },
        physicalLocation: physical(location, root),
      })),
    }),
    // What stays the same when lines above are edited.
    partialFingerprints: { 'meshlensFinding/v1': [code, name ?? uri, field].join('|') },
    ...(fixes.length > 0 && { fixes: fixes.map((fix) => fixOf(fix, root)) }),
  };
}

function fixOf({ title, edits }: Fix, root: string | undefined): unknown {
  return {
    description: { text: title },
    artifactChanges: edits.map(({ uri, edits: changes }) => ({
      artifactLocation: artifact(uri, root),
      replacements: changes.map(({ range, newText }) => ({
        deletedRegion: region(range),
        insertedContent: { text: newText },
      })),
    })),
  };
}

function physical({ uri, range }: Location, root: string | undefined): unknown {
  return { artifactLocation: artifact(uri, root), region: region(range) };
}

function artifact(uri: string, root: string | undefined): unknown {
  if (root === undefined || !uri.startsWith(root)) return { uri };
  // A colon in its first part would make the reference a URI of another scheme.
  return { uri: uri.slice(root.length).replaceAll(':', '%3A'), uriBaseId: rootId };
}

function region({ start, end }: Range): unknown {
  return {
    startLine: start.line + 1,
    startColumn: start.character + 1,
    endLine: end.line + 1,
    endColumn: end.character + 1,
  };
}
