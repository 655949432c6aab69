import { fieldOf, isRecord } from '../../../../../shared/untrusted.ts';
import { Kinds } from '../../../../model/kinds.ts';
import type { MeshObject } from '../../../../model/mesh-object.ts';
import type { CheckContext, ObjectCheck } from '../../check.ts';
import type { Site, TextSite } from '../sites.ts';
import { isText, sitesBelow, sitesIn } from '../sites.ts';

export const sidecarEgress: ObjectCheck = {
  scope: 'object',
  code: 'MESH2251',
  rule: 'sidecar-egress',
  aliases: ['IST0106', 'IST0133'],
  severity: 'error',
  summary: 'A listener of a Sidecar for all ports is not the last, or lists a host that it has already.',
  refusedBy: 'webhook',
  subject: Kinds.sidecar,
  inputs: [],
  run(context) {
    const { subject } = context;
    const listeners = sitesIn(subject, 'egress[]');
    for (const [index, listener] of listeners.entries()) {
      if (!isRecord(fieldOf(listener.value, 'port')) && index < listeners.length - 1) {
        const message = 'A listener without a port takes all other ports, so it must be the last.';
        context.report(subject, listener.path, { message });
      }
      checkHosts(context, subject, listener);
    }
  },
};

function checkHosts(context: CheckContext, subject: MeshObject, listener: Site): void {
  const byNamespace = new Map<string, Map<string, TextSite>>();
  for (const site of sitesBelow(listener.value, listener.path, 'hosts[]').filter(isText)) {
    const slash = site.value.indexOf('/');
    if (slash < 0 || site.value.startsWith('~')) continue;
    const written = site.value.slice(0, slash);
    // In the root namespace `.` is that of each workload, although istiod's webhook takes it for the root.
    const isOwn = written === '.' && subject.namespace !== context.settings.rootNamespace;
    const namespace = isOwn ? subject.namespace : written;
    const host = site.value.slice(slash + 1);
    const hosts = byNamespace.get(namespace) ?? new Map<string, TextSite>();
    byNamespace.set(namespace, hosts);
    const earlier = host === '*' ? [...hosts.values()][0] : (hosts.get(host) ?? hosts.get('*'));
    if (earlier) warn(context, subject, site, earlier);
    hosts.set(host, site);
  }
  const everything = byNamespace.get('*')?.get('*');
  if (!everything || byNamespace.size === 1) return;
  const message = '`*/*` stands for every host of every namespace, so no other need be listed.';
  context.report(subject, everything.path, { message, part: 'value', severity: 'warning' });
}

function warn(context: CheckContext, subject: MeshObject, site: TextSite, earlier: TextSite): void {
  context.report(subject, site.path, {
    message: `\`${site.value}\` and \`${earlier.value}\`, which is listed before it, stand for the same hosts in part.`,
    part: 'value',
    severity: 'warning',
    related: [{ message: 'The other one.', object: subject, path: earlier.path }],
  });
}
