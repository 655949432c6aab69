import { fieldOf, valueAt } from '../../../../shared/untrusted.ts';
import { Kinds } from '../../../model/kinds.ts';
import type { ObjectCheck } from '../check.ts';
import { replacements } from '../replacements.ts';
import { listenersIn } from './gateway-views.ts';

const protocols = ['HTTP', 'HTTPS', 'TLS', 'TCP', 'UDP'];

export const listenerWithoutRoutes: ObjectCheck = {
  scope: 'object',
  code: 'MESH3025',
  rule: 'listener-without-routes',
  aliases: [],
  severity: 'warning',
  summary:
    'A listener can serve nothing: its protocol is misspelt, it names no labels of the namespaces it is for, or no certificate.',
  subject: [Kinds.kubernetesGateway, Kinds.listenerSet],
  inputs: [],
  run(context) {
    const { subject } = context;
    for (const { namespaces, value, path, protocol } of listenersIn(subject)) {
      if (namespaces.from === 'Selector' && valueAt(value, ['allowedRoutes', 'namespaces', 'selector']) === undefined) {
        context.report(subject, [...path, 'allowedRoutes', 'namespaces', 'from'], {
          message:
            '`Selector` needs a `selector` beside it, with labels of namespaces: without one no route is admitted.',
          part: 'value',
        });
      }
      const known = protocols.find((each) => each === protocol.toUpperCase());
      if (known !== undefined && known !== protocol) {
        const place = [...path, 'protocol'];
        context.report(subject, place, {
          message: `Protocols are written in capitals: controllers know \`${known}\`, not \`${protocol}\`.`,
          part: 'value',
          fixes: replacements(subject, place, [known]),
        });
      }
      // Listeners of their own may be all that is served where others may add some.
      const isPlaceholder = fieldOf(subject.spec, 'allowedListeners') !== undefined;
      if (protocol !== 'HTTPS' || fieldOf(value, 'tls') !== undefined || isPlaceholder) continue;
      context.report(subject, [...path, 'protocol'], {
        message: 'A listener of HTTPS ends TLS and needs `tls` with `certificateRefs`; without them it is not served.',
        part: 'value',
      });
    }
  },
};
