import { Kinds } from '../../../model/kinds.ts';
import { fieldOf, stringOf } from '../../../../shared/untrusted.ts';
import { didYouMean, nearestNames } from '../../../../shared/nearest-names.ts';
import { expandedServiceName, isWildcard } from '../../semantics/hosts.ts';
import { wildcardHostProblem } from '../admission/formats/host-names.ts';
import type { ObjectCheck } from '../check.ts';
import { otherSpelling, serviceDirectory } from '../directories/service-directory.ts';
import { replacements } from '../replacements.ts';

export const unknownDestinationRuleHost: ObjectCheck = {
  scope: 'object',
  code: 'MESH1208',
  rule: 'unknown-destination-rule-host',
  aliases: ['IST0174', 'KIA0202'],
  severity: 'warning',
  summary: 'A DestinationRule is for a host that no Service or ServiceEntry has, so it does nothing.',
  subject: Kinds.destinationRule,
  inputs: [serviceDirectory],
  run(context) {
    const { subject, isNamespaceKnown, settings } = context;
    const host = stringOf(fieldOf(subject.spec, 'host'));
    // A text that can be no host has a finding of its own.
    if (host === undefined || wildcardHostProblem(host) !== undefined) return;
    const directory = context.index(serviceDirectory);
    const path = ['spec', 'host'];
    if (isWildcard(host)) {
      if (!directory.isComplete || directory.hasHostsUnder(host)) return;
      const message = `No Service or ServiceEntry has a host such as \`${host}\`, so this rule does nothing.`;
      context.report(subject, path, { message, part: 'value' });
      return;
    }
    const lookup = directory.lookUp(host, subject.namespace, isNamespaceKnown);
    const spelling = lookup.state === 'known' ? otherSpelling(host, lookup.services) : undefined;
    if (spelling !== undefined) {
      context.report(subject, path, {
        message: `Capitals count: Istio knows no host \`${host}\`, so this rule does nothing. It is declared as \`${spelling}\`.`,
        part: 'value',
        fixes: replacements(subject, path, [spelling]),
      });
      return;
    }
    if (lookup.state !== 'unknown') return;
    // So has one that a ServiceEntry writes as an address of a page.
    if (directory.hosts().some((each) => each.endsWith(`://${host}`))) return;
    const complete = expandedServiceName(lookup.host, settings);
    const meant = complete !== undefined && directory.servicesOf(complete).length > 0 ? [complete] : [];
    const known = host.includes('.') ? directory.hosts() : directory.namesIn(subject.namespace);
    const near = meant.length > 0 ? meant : nearestNames(host, known);
    context.report(subject, path, {
      message: `No Service or ServiceEntry has the host \`${host}\`, so this rule does nothing.${didYouMean(near)}`,
      part: 'value',
      fixes: replacements(subject, path, near),
    });
  },
};
