import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { envoyFields } from '../../../../scripts/envoy-fields.mjs';
import table from '../../../../src/engine/policy/checks/admission/extensions/envoy-fields.json' with { type: 'json' };

/** The API of Envoy in the cache of Go's modules; undefined where there is no Go, or it was never needed. */
function apiFolder(): string | undefined {
  try {
    const cache = execFileSync('go', ['env', 'GOMODCACHE'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    const modules = path.join(cache.trim(), 'github.com/envoyproxy/go-control-plane');
    const name = readdirSync(modules).findLast((each) => each.startsWith('envoy@'));
    return name === undefined ? undefined : path.join(modules, name);
  } catch {
    return undefined;
  }
}

const folder = apiFolder();
const skip = folder === undefined ? 'the API of Envoy is not in the cache of Go’s modules' : false;

test('every message and field of the table is of the API of Envoy', { skip }, async () => {
  const upstream = await envoyFields(folder ?? '');
  const namesOf = (row = ''): readonly string[] => row.split(' ');
  for (const [message, row] of Object.entries(table)) {
    // A later version of the API may have more.
    assert.deepEqual(
      namesOf(row).filter((field) => !namesOf(upstream[message]).includes(field)),
      [],
      message,
    );
  }
});

// Written down from the documentation of the API.
test('what fields hold', () => {
  const rows: Readonly<Record<string, string>> = table;
  const holds = (message: string, field: string): string | undefined =>
    rows[message]?.split(' ').find((each) => each === field || each.startsWith(`${field}:`));
  const cases: readonly (readonly [string, string])[] = [
    ['extensions.filters.http.router.v3.Router', 'upstream_log:config.accesslog.v3.AccessLog'],
    ['extensions.wasm.v3.PluginConfig', 'vm_config:.VmConfig'],
    ['config.cluster.v3.CircuitBreakers', 'thresholds:.CircuitBreakers_Thresholds'],
    ['config.cluster.v3.Cluster', 'outlier_detection:.OutlierDetection'],
    ['extensions.filters.http.jwt_authn.v3.JwtAuthentication', 'providers:{}.JwtProvider'],
    ['config.core.v3.Metadata', 'filter_metadata:{}open'],
    ['extensions.transport_sockets.tls.v3.DownstreamTlsContext', 'disable_stateless_session_resumption'],
    ['config.route.v3.Route', 'direct_response:.DirectResponseAction'],
    ['config.cluster.v3.Cluster', 'connect_timeout'],
  ];
  for (const [message, field] of cases) assert.equal(holds(message, field.replace(/:.*/, '')), field);
});
