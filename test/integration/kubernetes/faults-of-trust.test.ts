import assert from 'node:assert/strict';
import { chmod, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, test, type TestContext } from 'node:test';
import { FakeApiServer } from '../../kubernetes/fake-api-server.ts';
import { FaultProxy } from '../../kubernetes/fault-proxy.ts';
import { equalToServer, messagesOf, startRig, synced, type ReflectorRig } from '../../kubernetes/reflector-rig.ts';
import { transportTo, type TransportTo } from '../../kubernetes/transport-to.ts';
import { until } from '../until.ts';
import { TestAuthority } from './test-authority.ts';

describe('who the server is, and who we are', { concurrency: false, skip: process.platform === 'win32' }, () => {
  let server: FakeApiServer;
  let proxy: FaultProxy;
  let way: TransportTo | undefined;
  let rig: ReflectorRig | undefined;

  const pod = (name: string): void => server.put('pods', { metadata: { name, namespace: 'shop' }, spec: {} });

  beforeEach(async () => {
    server = new FakeApiServer();
    pod('a');
    await server.start();
  });

  afterEach(async () => {
    rig?.set.dispose();
    await way?.dispose();
    await proxy.stop();
    await server.stop();
  });

  const recovered = async (context: TestContext, one: ReflectorRig): Promise<void> => {
    context.diagnostic(
      `equal ${Math.round(await equalToServer(one, 'core/Pod', () => server.objects('pods')))} ms after the end`,
    );
    await until('silence', () => messagesOf(one.set.status).length === 0);
  };

  /** The one message while nothing works, which holds no secret. */
  const complaint = async (one: ReflectorRig, reason: string): Promise<string> => {
    await until(`trouble: ${reason}`, () => one.set.status.trouble?.reason === reason);
    const messages = messagesOf(one.set.status);
    assert.equal(messages.length, 1, messages.join('\n'));
    assert.doesNotMatch(messages.join(), /first-token|second-token/);
    return messages[0] ?? '';
  };

  /** Replaced in one step, as tools do that renew a file. */
  const replace = async (file: string, text: string): Promise<void> => {
    await writeFile(`${file}.new`, text);
    await chmod(`${file}.new`, 0o700);
    await rename(`${file}.new`, file);
  };

  test('a token expires, and its file is renewed', async (context) => {
    server.token = 'first-token';
    proxy = new FaultProxy({ port: server.port });
    await proxy.start();
    way = await transportTo({ server: proxy.url }, { tokenFile: 'token' }, { token: 'first-token' });
    rig = startRig(way.transport);
    await synced(rig.set);
    server.token = 'second-token';
    proxy.cut();
    pod('b');
    await complaint(rig, 'unauthorized');
    await replace(path.join(way.folder, 'token'), 'second-token');
    await recovered(context, rig);
  });

  test('the certificate of the server changes to one that is not trusted, and back to one that is', async (context) => {
    const [authority, stranger] = await Promise.all([TestAuthority.create(), TestAuthority.create('stranger')]);
    proxy = new FaultProxy({ port: server.port }, await authority.issue());
    await proxy.start();
    way = await transportTo({ server: proxy.url, 'certificate-authority': 'ca.crt' }, {}, { 'ca.crt': authority.pem });
    rig = startRig(way.transport);
    await synced(rig.set);
    await proxy.changeIdentity(await stranger.issue());
    pod('b');
    await complaint(rig, 'tls');
    await proxy.changeIdentity(await authority.issue());
    await recovered(context, rig);
  });

  const plugins = {
    fails: 'echo "the directory is down" >&2; exit 3',
    hangs: 'exec sleep 30',
    'prints rubbish': 'echo "<html>sign in</html>"',
  };
  const gives = (token: string): string =>
    `echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"${token}"}}'`;
  const script = (line: string): string => `#!/bin/sh\n${line}\n`;

  for (const [name, line] of Object.entries(plugins)) {
    test(`a plugin ${name}, and works again`, async (context) => {
      server.token = 'first-token';
      proxy = new FaultProxy({ port: server.port });
      await proxy.start();
      const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: './plugin', interactiveMode: 'Never' };
      const options = { consent: () => true, pluginTimeoutMs: 700 };
      way = await transportTo({ server: proxy.url }, { exec }, { plugin: script(gives('first-token')) }, options);
      rig = startRig(way.transport);
      await synced(rig.set);
      const plugin = path.join(way.folder, 'plugin');
      await replace(plugin, script(line));
      server.token = 'second-token';
      proxy.cut();
      pod('b');
      await complaint(rig, 'credentials');
      await replace(plugin, script(gives('second-token')));
      await recovered(context, rig);
    });
  }
});
