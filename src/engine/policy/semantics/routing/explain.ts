/** The steps of a decision in plain words, one line each. */
import type { SourceRef } from '../../../../shared/resource.ts';
import { displayName } from '../../../model/mesh-object.ts';
import type { CompiledVirtualHost } from './compiled.ts';
import type { FoundRule } from './decide.ts';
import type { PreparedRouting } from './prepare.ts';
import { failingCondition, type PreparedRule, type RequestView } from './prepared-rule.ts';

const key = (source: SourceRef | undefined): string =>
  source ? `${displayName(source.resource)} ${source.path.join('.')}` : '';

function nameOf({ rule }: PreparedRule): string {
  return rule.source ? `${displayName(rule.source.resource)}, ${rule.name}` : 'The default route of the service';
}

/** How a virtual host came to be. */
function explainVirtualHost(host: CompiledVirtualHost, authority: string): string {
  if (host.source) return `Host ${authority} is routed by ${displayName(host.source.resource)}.`;
  if (host.rules.length === 0) return `No route is bound to host ${authority}.`;
  return `Host ${authority} is the service ${host.name}, for which no VirtualService applies.`;
}

function explainMisses(rule: PreparedRule, request: RequestView): readonly string[] {
  const several = rule.matches.length > 1;
  return rule.matches.flatMap((match) => {
    const failing = failingCondition(match, request);
    if (!failing) return [];
    const entry = several ? `, ${match.match.name.split('.').at(-1) ?? ''}` : '';
    return [`${nameOf(rule)}${entry} does not match: ${failing.describeFailure(request)}.`];
  });
}

function explainFit(found: Extract<FoundRule, { kind: 'rule' }>): string {
  if (!found.match) return `${nameOf(found.rule)} ${found.rule.rule.source ? 'matches every request' : 'applies'}.`;
  const conditions = found.rule.matches
    .find(({ match }) => match === found.match)
    ?.conditions.map((condition) => condition.describe());
  return `${nameOf(found.rule)} matches: ${conditions?.join(' and ') || 'any request'}.`;
}

/** Rules of the VirtualService that were not compiled for this proxy and port. */
function explainNotMeant(
  host: CompiledVirtualHost,
  prepared: PreparedRouting,
): ReadonlyMap<string, { readonly position: number; readonly line: string }> {
  const compiled = new Set(host.rules.map(({ source }) => key(source)));
  const lines = new Map<string, { position: number; line: string }>();
  const models = prepared.virtualServices.filter(({ object }) => {
    const resource = host.source?.resource;
    return resource && object.namespace === resource.namespace && object.name === resource.name;
  });
  for (const [position, rule] of models.flatMap(({ http }) => http).entries()) {
    const id = key(rule.source);
    if (compiled.has(id)) continue;
    const name = `${displayName(rule.source.resource)}, ${rule.name ?? rule.position}`;
    lines.set(id, { position, line: `${name} is for other callers, gateways or ports.` });
  }
  return lines;
}

/** What was looked at, in order, until a rule fit or none was left. */
export function explainSearch(
  found: Exclude<FoundRule, { kind: 'unknown-host' }>,
  rules: readonly PreparedRule[],
  request: RequestView,
  prepared: PreparedRouting,
): readonly string[] {
  const lines: string[] = [];
  if (found.virtualHost) lines.push(explainVirtualHost(found.virtualHost, request.authority));
  const notMeant = found.virtualHost ? explainNotMeant(found.virtualHost, prepared) : new Map<string, never>();
  lines.push(...[...notMeant.values()].map(({ line }) => line));
  const missed = found.kind === 'rule' ? rules.slice(0, found.position) : rules;
  for (const rule of missed) lines.push(...explainMisses(rule, request));
  if (found.kind === 'rule') lines.push(explainFit(found));
  else lines.push('No rule matches, so the answer is 404: a VirtualService replaces the default route of its hosts.');
  return lines;
}
