import { l10n, ProgressLocation, window } from 'vscode';
import type { TestRequest } from '../../../shared/engine-protocol.ts';
import { UserFacingError } from '../../command-registry.ts';
import { commandIds } from '../../commands.ts';
import type { Services } from '../../services.ts';
import { askRequest } from './request-form.ts';
import { callTargets, findTarget } from './call-targets.ts';
import { parseTestRequest, withoutCredentials } from './remembered-request.ts';
import { responseReport } from './response-report.ts';

const memory = 'request.last';

/** "Send Test Request" and its repetition. The answer is a read-only document with the way that was taken. */
export function registerSendRequest(services: Services): void {
  const { commands, context, contextKeys, mesh } = services;
  let last = parseTestRequest(context.workspaceState.get(memory));
  contextKeys.set('meshlens.request.canRepeat', last !== undefined);

  const remember = async (request: TestRequest): Promise<void> => {
    last = request;
    contextKeys.set('meshlens.request.canRepeat', true);
    await context.workspaceState.update(memory, withoutCredentials(request));
  };

  commands.register(commandIds.sendRequest, async (argument) => {
    requireRunningMesh(services);
    const whole = parseTestRequest(argument);
    const request =
      whole ??
      (await askRequest(callTargets(mesh.status), { ...last, ...partOf(argument) }, l10n.t('Send a test request')));
    if (request === undefined) return undefined;
    const target = request.port === undefined ? findTarget(callTargets(mesh.status), request.host) : undefined;
    const complete = target === undefined ? request : { ...request, host: target.host, port: target.port };
    await remember(complete);
    return send(services, complete);
  });
  commands.register(commandIds.repeatRequest, async () => {
    requireRunningMesh(services);
    if (last === undefined) throw new UserFacingError(l10n.t('No request was sent yet.'));
    return send(services, last);
  });
}

function requireRunningMesh({ mesh }: Services): void {
  if (!mesh.isActive) throw new UserFacingError(l10n.t('Start the local mesh first.'));
}

async function send({ documents, engine }: Services, request: TestRequest): Promise<unknown> {
  const response = await window.withProgress(
    {
      location: ProgressLocation.Notification,
      title: l10n.t('Sending {0} {1}', request.method, request.path),
      cancellable: true,
    },
    (_progress, token) => engine.request('mesh/request', request, token),
  );
  await documents.show(
    `${response.status} ${request.method} ${request.path}`,
    responseReport(request, response, l10n.t),
  );
  return response;
}

/** A link may know only the host, or who calls. */
function partOf(argument: unknown): Partial<TestRequest> {
  if (typeof argument !== 'object' || argument === null) return {};
  const { host, from, method, path } = argument as Record<string, unknown>;
  return {
    ...(typeof host === 'string' ? { host } : {}),
    ...(typeof from === 'string' ? { from } : {}),
    ...(typeof method === 'string' ? { method } : {}),
    ...(typeof path === 'string' ? { path } : {}),
  };
}
