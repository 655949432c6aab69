import { l10n } from 'vscode';
import type { TestRequest } from '../../../shared/engine-protocol.ts';
import { askChoice, askHeaders, askText, back, type StepAnswer, type StepPlace } from '../../quick-flow.ts';
import { findTarget, type CallTarget } from './call-targets.ts';

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'];
const methodsWithBody = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);

/** A request while it is put together. */
interface Draft {
  host: string;
  port?: number;
  from?: string;
  method: string;
  path: string;
  headers: Readonly<Record<string, string>>;
  body?: string;
}

/** Asks for service, method, path, headers and body, each with a way back; undefined when it was given up. */
export async function askRequest(
  targets: readonly CallTarget[],
  known: Partial<TestRequest>,
  title: string,
): Promise<TestRequest | undefined> {
  const draft: Draft = {
    host: known.host ?? '',
    method: known.method ?? 'GET',
    path: known.path ?? '/',
    headers: known.headers ?? {},
    ...(known.port === undefined ? {} : { port: known.port }),
    ...(known.from === undefined ? {} : { from: known.from }),
    ...(known.body === undefined ? {} : { body: known.body }),
  };
  const steps = [askService(targets), askMethod, askPath, askRequestHeaders, askBody];
  for (let at = 0; at < steps.length;) {
    const step = steps[at];
    const answer = await step?.({ title, step: at + 1, totalSteps: steps.length }, draft);
    if (answer === undefined) return undefined;
    at += answer === back ? -1 : 1;
  }
  return draft;
}

type Step = (place: StepPlace, draft: Draft) => Promise<StepAnswer<true>>;

const askService =
  (targets: readonly CallTarget[]): Step =>
  async (place, draft) => {
    const custom = (text: string): CallTarget => ({
      ...parseHost(text),
      label: text,
      description: l10n.t('another host'),
    });
    const choice = await askChoice(place, targets, {
      placeholder: l10n.t('Service to call, or any host'),
      active: findTarget(targets, draft.host),
      custom,
    });
    if (choice === undefined || choice === back) return choice;
    draft.host = choice.host;
    draft.port = choice.port;
    return true;
  };

function parseHost(text: string): { host: string; port: number } {
  const [, host, port] = /^(.*?)(?::(\d{1,5}))?$/.exec(text.trim()) ?? [];
  return { host: host ?? text, port: port === undefined ? 80 : Number(port) };
}

const askMethod: Step = async (place, draft) => {
  const items = methods.map((label) => ({ label }));
  const choice = await askChoice(place, items, {
    placeholder: l10n.t('Method'),
    active: items.find(({ label }) => label === draft.method),
  });
  if (choice === undefined || choice === back) return choice;
  draft.method = choice.label;
  return true;
};

const askPath: Step = async (place, draft) => {
  const answer = await askText(place, {
    prompt: l10n.t('Path, with query'),
    value: draft.path,
    check: (text) => (/^\/\S*$/.test(text) ? undefined : l10n.t('A path begins with / and has no spaces.')),
  });
  if (answer === undefined || answer === back) return answer;
  draft.path = answer;
  return true;
};

const askRequestHeaders: Step = async (place, draft) => {
  const answer = await askHeaders(place, draft.headers);
  if (answer === undefined || answer === back) return answer;
  draft.headers = answer;
  return true;
};

const askBody: Step = async (place, draft) => {
  if (!methodsWithBody.has(draft.method)) {
    delete draft.body;
    return true;
  }
  const answer = await askText(place, { prompt: l10n.t('Body; empty for none'), value: draft.body ?? '' });
  if (answer === undefined || answer === back) return answer;
  if (answer === '') delete draft.body;
  else draft.body = answer;
  return true;
};
