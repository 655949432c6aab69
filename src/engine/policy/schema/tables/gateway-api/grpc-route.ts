import { fieldOf, stringOf } from '../../../../../shared/untrusted.ts';
import type { ApiChannel, KindSchema } from '../../kind-schema.ts';
import type { RuleProblem, Schema, SchemaRule } from '../../schema.ts';
import { choice, list, record, text } from '../../schema.ts';
import { union, has } from '../table-rules.ts';
import { experimentalIn } from './channel.ts';
import { commonFilterFields, commonFilters, notRepeated, sessionPersistence } from './filters.ts';
import { matchCount, ruleRules } from './http-route.ts';
import { hostedRoute } from './hosted-route.ts';
import { headerMatches } from './http-matches.ts';
import { gatewayDuration, sectionName } from './names.ts';
import { gatewayGroup, weightedBackends } from './references.ts';

const calledMethod: SchemaRule = (value) => {
  const problems: RuleProblem[] = [];
  const [service, method] = [stringOf(fieldOf(value, 'service')), stringOf(fieldOf(value, 'method'))];
  if (has(value, 'type') && service === undefined && method === undefined) {
    problems.push({ path: [], message: 'Give a `service`, a `method`, or both.' });
  }
  const type = fieldOf(value, 'type');
  if (type !== undefined && type !== 'Exact') return problems;
  if (service !== undefined && !/^\.?[a-z_][a-z_0-9]*(?:\.[a-z_][a-z_0-9]*)*$/i.test(service)) {
    const message = 'A gRPC service is named with letters, digits and `_`, in parts between dots.';
    problems.push({ path: ['service'], part: 'value', message });
  }
  if (method !== undefined && !/^[A-Za-z_][A-Za-z_0-9]*$/.test(method)) {
    problems.push({ path: ['method'], part: 'value', message: 'A gRPC method is named with letters, digits and `_`.' });
  }
  return problems;
};

const grpcFilters = (help: string, channel: ApiChannel): Schema =>
  list(
    help,
    record(
      'One filter.',
      {
        type: choice('What it does; the field of this name holds the details.', [
          'ResponseHeaderModifier',
          'RequestHeaderModifier',
          'RequestMirror',
          'ExtensionRef',
        ]),
        ...commonFilters(channel),
      },
      { required: ['type'], rules: [union('A filter', 'type', commonFilterFields)] },
    ),
    { maxItems: 16, rules: [notRepeated(['RequestHeaderModifier', 'ResponseHeaderModifier'])] },
  );

const matches = list(
  'Conditions, of which one must hold; all calls unless given.',
  record('Conditions that must all hold.', {
    method: record(
      'Service and method that are called.',
      {
        type: choice('How it is compared; Exact unless given.', ['Exact', 'RegularExpression'], { default: 'Exact' }),
        service: text('Full name of the gRPC service, `package.Service`.', { maxLength: 1024 }),
        method: text('Name of the method.', { maxLength: 1024 }),
      },
      { rules: [calledMethod] },
    ),
    headers: headerMatches('standard'),
  }),
  { maxItems: 64 },
);

export const grpcRoute = (channel: ApiChannel): KindSchema => ({
  group: gatewayGroup,
  kind: 'GRPCRoute',
  versions: ['v1'],
  help: 'How gRPC calls are matched, changed and sent to backends.',
  required: ['spec'],
  fields: {
    spec: hostedRoute(
      channel,
      list(
        'Rules; of those that match, the most specific counts.',
        record('One rule.', {
          name: sectionName('Name of the rule, which policies give as `sectionName`.'),
          matches,
          filters: grpcFilters('What happens to calls of the rule.', channel),
          backendRefs: weightedBackends({
            filters: grpcFilters('What happens to calls that go to this backend.', channel),
          }),
          sessionPersistence: experimentalIn(channel)(sessionPersistence(gatewayDuration)),
        }),
        { maxItems: 16, rules: [matchCount, ...ruleRules(channel)] },
      ),
    ),
  },
});
