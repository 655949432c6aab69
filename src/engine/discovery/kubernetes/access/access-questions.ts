import { fieldOf, listOf, stringOf } from '../../../../shared/untrusted.ts';
import type { KubeTransport } from '../transport/kube-transport.ts';
import { ask, post } from './kube-answer.ts';

/** What somebody may do with which resources of one namespace; `*` is everything. */
export interface AccessRule {
  readonly verbs: readonly string[];
  readonly groups: readonly string[];
  readonly resources: readonly string[];
  /** The rule is for some objects only: lists of all are not allowed by it. */
  readonly isForNames: boolean;
}

export interface NamespaceRules {
  readonly rules: readonly AccessRule[];
  /** There may be more: an authorizer of the cluster cannot enumerate what it allows. */
  readonly isIncomplete: boolean;
}

/** What a cluster is asked about the rights of its user. */
export interface AccessQuestions {
  /** Without a namespace: in all of them. */
  mayDo(verb: string, group: string, resource: string, namespace?: string): Promise<boolean>;
  rulesIn(namespace: string): Promise<NamespaceRules>;
  /** Names of all namespaces; undefined where they may not be listed. */
  namespaces(): Promise<readonly string[] | undefined>;
}

const reviews = '/apis/authorization.k8s.io/v1';
const texts = (value: unknown): readonly string[] => listOf(value).flatMap((item) => stringOf(item) ?? []);

/** Asks by SelfSubjectAccessReview and SelfSubjectRulesReview, which everybody may create by default. */
export function accessQuestions(transport: KubeTransport, signal?: AbortSignal): AccessQuestions {
  return {
    mayDo: async (verb, group, resource, namespace) => {
      const resourceAttributes = { verb, group, resource, ...(namespace === undefined ? {} : { namespace }) };
      const body = {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SelfSubjectAccessReview',
        spec: { resourceAttributes },
      };
      const answer = await post(transport, `${reviews}/selfsubjectaccessreviews`, body, signal);
      // Who may not even ask finds out by trying.
      return !answer.ok || fieldOf(fieldOf(answer.value, 'status'), 'allowed') === true;
    },
    rulesIn: async (namespace) => {
      const body = { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectRulesReview', spec: { namespace } };
      const answer = await post(transport, `${reviews}/selfsubjectrulesreviews`, body, signal);
      const status = fieldOf(answer.value, 'status');
      return {
        rules: listOf(fieldOf(status, 'resourceRules')).map((rule) => ({
          verbs: texts(fieldOf(rule, 'verbs')),
          groups: texts(fieldOf(rule, 'apiGroups')),
          resources: texts(fieldOf(rule, 'resources')),
          isForNames: texts(fieldOf(rule, 'resourceNames')).length > 0,
        })),
        isIncomplete: !answer.ok || fieldOf(status, 'incomplete') === true,
      };
    },
    namespaces: async () => {
      const answer = await ask(transport, {
        path: '/api/v1/namespaces',
        query: { limit: 2000 },
        headers: { accept: 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io,application/json' },
        ...(signal ? { signal } : {}),
      });
      if (!answer.ok) return undefined;
      return listOf(fieldOf(answer.value, 'items')).flatMap(
        (item) => stringOf(fieldOf(fieldOf(item, 'metadata'), 'name')) ?? [],
      );
    },
  };
}
