import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { responseReport } from '../../../src/extension/features/request/response-report.ts';
import { routeDocument } from '../../../src/extension/features/route/route-document.ts';
import { ReportWriter } from '../../../src/extension/report-writer.ts';
import type { TestRequest, TestResponse } from '../../../src/shared/engine-protocol.ts';
import type { RouteDecision } from '../../../src/shared/route-decision.ts';
import { english } from './translate.ts';

const decision: RouteDecision = {
  outcome: 'forward',
  route: {
    resource: { apiVersion: 'networking.istio.io/v1', kind: 'VirtualService', namespace: 'bookinfo', name: 'reviews' },
    rule: 'http[0]',
    match: 'http[0].match[0]',
    path: ['spec', 'http', 0],
    uri: 'file:///w/reviews%20route.yaml',
    range: { start: { line: 13, character: 4 }, end: { line: 13, character: 9 } },
  },
  backends: [
    { host: 'reviews', namespace: 'bookinfo', service: 'reviews', subset: 'v2', port: 9080, weight: 100, share: 1 },
  ],
  mirrors: [],
  request: { method: 'GET', path: '/reviews/0', host: 'reviews', headers: { 'end-user': 'jason' }, removed: ['x-a'] },
  response: { headers: {}, removed: [] },
  timeout: '3s',
  retries: { attempts: 2, retryOn: 'connect-failure' },
  tls: { mode: 'istio-mutual' },
  explain: ['The host is reviews.', 'Header end-user is jason.'],
};

const request: TestRequest = {
  host: 'reviews',
  port: 9080,
  method: 'GET',
  path: '/reviews/0',
  headers: { 'end-user': 'jason' },
};

const response: TestResponse = {
  status: 200,
  headers: { 'content-type': 'application/json; charset=utf-8' },
  body: '{"stars":5}',
  truncated: false,
  duration: 12.345,
  traceId: 'abc',
  decision,
  instance: 'reviews-v2-0',
};

describe('the answer to a test request', () => {
  const { text, links } = responseReport(request, response, english);
  const lines = text.split('\n');

  test('begins with status and time', () => assert.equal(lines[0], '# 200 · 12.3\u2009ms'));
  test('says who answered, which rule decided and where the call went', () => {
    assert.ok(lines.includes('- answered by reviews-v2-0'));
    assert.ok(lines.includes('- → reviews v2 (bookinfo), 9080 · 100\u2009%'));
    assert.ok(lines.includes('- VirtualService bookinfo/reviews, http[0].match[0] — reviews route.yaml:14'));
    assert.ok(lines.includes('2. Header end-user is jason.'));
  });
  test('links the rule to its line', () => {
    assert.equal(links.length, 1);
    const [link] = links;
    assert.equal(lines[link?.line ?? 0]?.slice(link?.start, link?.end), 'reviews route.yaml:14');
    assert.equal(link?.target.range?.start.line, 13);
  });
  test('shows JSON indented', () => assert.ok(text.includes('```json\n{\n  "stars": 5\n}\n```')));
  test('shows text that only claims to be JSON as it is', () => {
    assert.ok(responseReport(request, { ...response, body: '{oops' }, english).text.includes('```\n{oops\n```'));
  });
});

test('a route decision tells what the backend receives', () => {
  const call = {
    host: 'reviews',
    port: 9080,
    method: 'GET',
    path: '/reviews/0',
    source: { namespace: 'bookinfo', workload: 'productpage-v1' },
  };
  const { text } = routeDocument(call, decision, english);
  assert.match(text, /^# GET reviews:9080\/reviews\/0\n\nCalled by productpage-v1\.\n/);
  assert.match(text, /```http\nGET \/reviews\/0\nhost: reviews\nend-user: jason\n```\nRemoved: x-a\n/);
  assert.match(text, /- timeout 3s\n- retries 2 \(connect-failure\)\n- transport security: istio-mutual/);
});

test('text from outside cannot forge lines or end a fenced block', () => {
  const { text } = new ReportWriter().line('a\n# forged').block('x\n```\n# forged\n````').finish();
  assert.equal(text, 'a # forged\n`````\nx\n```\n# forged\n````\n`````\n');
});
