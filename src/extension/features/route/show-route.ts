import { l10n } from 'vscode';
import type { Call } from '../../../shared/call.ts';
import type { LocalMeshStatus, LocalWorkload } from '../../../shared/local-mesh.ts';
import { commandIds } from '../../commands.ts';
import { askChoice, askHeaders, askText, back } from '../../quick-flow.ts';
import type { Services } from '../../services.ts';
import { routeDocument } from './route-document.ts';

/** "Show Route Decision": where a request would go and why, without sending one. */
export function registerShowRoute(services: Services): void {
  const { commands, documents, engine, mesh } = services;
  commands.register(commandIds.showRoute, async (argument) => {
    const call = wholeCall(argument) ?? (await askCall(mesh.status, hintOf(argument)));
    if (call === undefined) return undefined;
    const decision = await engine.request('mesh/route', { request: call });
    await documents.show(
      `${l10n.t('Route')} ${call.host ?? ''}${call.path ?? ''}`,
      routeDocument(call, decision, l10n.t),
    );
    return decision;
  });
}

interface Hint {
  readonly host?: string;
  readonly from?: string;
}

async function askCall(status: LocalMeshStatus | undefined, hint: Hint): Promise<Call | undefined> {
  const title = l10n.t('Show route decision');
  const place = (step: number) => ({ title, step, totalSteps: 5 });
  const workloads = status?.workloads ?? [];
  let caller: LocalWorkload | undefined = workloads.find(({ name }) => name === hint.from);
  let address = hint.host ?? '';
  let method = 'GET';
  let path = '/';
  let headers: Readonly<Record<string, string>> = {};
  for (let step = 1; step <= 5;) {
    let answer: unknown;
    if (step === 1) {
      const items = workloads.map((workload) => ({ label: workload.name, description: workload.namespace, workload }));
      const anyone = { label: l10n.t('Anyone in the mesh'), description: '', workload: undefined };
      const choice = await askChoice(place(step), [...items, anyone], {
        placeholder: l10n.t('Who calls'),
        active: items.find(({ workload }) => workload === caller) ?? anyone,
      });
      if (choice !== undefined && choice !== back) caller = choice.workload;
      answer = choice;
    } else if (step === 2) {
      const items = (status?.services ?? []).flatMap(({ name, namespace, host, ports }) =>
        ports.map(({ port }) => ({
          label: name,
          description: `${namespace} · ${host}:${port}`,
          address: `${host}:${port}`,
        })),
      );
      const choice = await askChoice(place(step), items, {
        placeholder: l10n.t('Host that is called, with its port'),
        active: items.find(
          (item) => item.address === address || item.address.startsWith(`${address}:`) || item.label === address,
        ),
        custom: (text) => ({ label: text, description: l10n.t('another host'), address: text }),
      });
      if (choice !== undefined && choice !== back) address = choice.address;
      answer = choice;
    } else if (step === 3) {
      const items = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'].map((label) => ({ label }));
      const choice = await askChoice(place(step), items, {
        placeholder: l10n.t('Method'),
        active: items.find(({ label }) => label === method),
      });
      if (choice !== undefined && choice !== back) method = choice.label;
      answer = choice;
    } else if (step === 4) {
      const choice = await askText(place(step), {
        prompt: l10n.t('Path, with query'),
        value: path,
        check: (text) => (/^\/\S*$/.test(text) ? undefined : l10n.t('A path begins with / and has no spaces.')),
      });
      if (choice !== undefined && choice !== back) path = choice;
      answer = choice;
    } else {
      const choice = await askHeaders(place(step), headers);
      if (choice !== undefined && choice !== back) headers = choice;
      answer = choice;
    }
    if (answer === undefined) return undefined;
    step += answer === back ? -1 : 1;
  }
  return toCall(caller, address, { method, path, headers });
}

function toCall(
  caller: Pick<LocalWorkload, 'namespace' | 'name'> | undefined,
  address: string,
  rest: Pick<Call, 'method' | 'path' | 'headers'>,
): Call {
  const [, host = address, port] = /^(.*?)(?::(\d{1,5}))?$/.exec(address) ?? [];
  return {
    ...(caller === undefined ? {} : { source: { namespace: caller.namespace, workload: caller.name } }),
    host,
    ...(port === undefined ? {} : { port: Number(port) }),
    protocol: 'http',
    ...rest,
  };
}

/** Lenses and other features may know the whole call: `{ call }`. */
function wholeCall(argument: unknown): Call | undefined {
  if (typeof argument !== 'object' || argument === null || !('call' in argument)) return undefined;
  const { call } = argument;
  return typeof call === 'object' && call !== null && 'host' in call ? (call as Call) : undefined;
}

function hintOf(argument: unknown): Hint {
  if (typeof argument !== 'object' || argument === null) return {};
  const { host, from } = argument as Record<string, unknown>;
  return {
    ...(typeof host === 'string' ? { host } : {}),
    ...(typeof from === 'string' ? { from } : {}),
  };
}
