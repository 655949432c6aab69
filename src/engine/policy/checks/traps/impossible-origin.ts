import { fieldOf, isRecord, listOf } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import { hasPlaceholder } from '../../documents/placeholders.ts';
import type { ObjectCheck } from '../check.ts';
import { replacements } from '../replacements.ts';
import { rulesOf } from '../routing/virtual-service-view.ts';

export const impossibleOrigin: ObjectCheck = {
  scope: 'object',
  code: 'MESH1366',
  rule: 'impossible-origin',
  aliases: [],
  severity: 'warning',
  summary: 'A CORS policy allows an origin in a form that no browser sends.',
  subject: Kinds.virtualService,
  inputs: [],
  run(context) {
    const { subject } = context;
    for (const { path, value } of rulesOf(subject)) {
      if (!isRecord(value.corsPolicy)) continue;
      const modern = listOf(value.corsPolicy.allowOrigins).map((origin, index) => ({
        origin: fieldOf(origin, 'exact'),
        place: ['allowOrigins', index, 'exact'],
      }));
      const old = listOf(value.corsPolicy.allowOrigin).map((origin, index) => ({
        origin,
        place: ['allowOrigin', index],
      }));
      for (const { origin, place } of [...modern, ...old]) {
        const wrong = typeof origin === 'string' && !hasPlaceholder(origin) ? problemOf(origin) : undefined;
        if (wrong === undefined) continue;
        const at = [...path, 'corsPolicy', ...place];
        context.report(subject, at, {
          message: `No page has the origin \`${String(origin)}\`: ${wrong.why}`,
          part: 'value',
          fixes: replacements(subject, at, wrong.meant),
        });
      }
    }
  },
};

interface Problem {
  readonly why: string;
  readonly meant: readonly string[];
}

const defaultPorts: Readonly<Record<string, string>> = { http: ':80', https: ':443' };

/** Browsers send scheme, host and, where it is not that of the scheme, port, in lower case (RFC 6454, section 6.2). */
function problemOf(origin: string): Problem | undefined {
  if (origin === '*' || origin === 'null' || origin === '') return undefined;
  if (origin.includes('*')) return { why: '`exact` takes a `*` as it stands. Use `regex`.', meant: [] };
  const [, scheme, rest] = /^([a-z][a-z\d+.-]*):\/\/(.*)$/i.exec(origin) ?? [];
  if (scheme === undefined || rest === undefined) {
    // What is no host either may be meant for something else.
    const isHost = /^[a-z\d-]+(?:\.[a-z\d-]+)+(?::\d+)?$/i.test(origin) || /^localhost(?::\d+)?$/i.test(origin);
    return isHost ? { why: 'an origin begins with `https://` or `http://`.', meant: [`https://${origin}`] } : undefined;
  }
  const [host = ''] = rest.split('/');
  const bare = `${scheme}://${host}`;
  if (rest !== host) return { why: 'it ends with the host or its port, without a path or a slash.', meant: [bare] };
  const port = defaultPorts[scheme.toLowerCase()];
  if (port !== undefined && host.endsWith(port))
    return { why: `browsers leave out \`${port}\`.`, meant: [bare.slice(0, -port.length)] };
  return bare === bare.toLowerCase()
    ? undefined
    : { why: 'browsers send it in lower case.', meant: [bare.toLowerCase()] };
}
