import { Kinds } from '../../../model/kinds.ts';
import type { ObjectCheck } from '../check.ts';
import { ciliumSpecsOf } from './cilium-view.ts';

export const selectedNodes: ObjectCheck = {
  scope: 'object',
  code: 'MESH6004',
  rule: 'cilium-node-selector',
  aliases: [],
  severity: 'error',
  summary: 'A policy of Cilium that is of a namespace selects nodes, which are of none.',
  subject: Kinds.ciliumNetworkPolicy,
  inputs: [],
  run(context) {
    const { subject } = context;
    for (const { path, value } of ciliumSpecsOf(subject)) {
      if (!Object.hasOwn(value, 'nodeSelector')) continue;
      context.report(subject, [...path, 'nodeSelector'], {
        message: 'Nodes are in no namespace: only a CiliumClusterwideNetworkPolicy can select them.',
        part: 'key',
      });
    }
  },
};
