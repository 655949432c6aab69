import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  parseRequestHead,
  parseResponseHead,
  type RequestHead,
  type ResponseHead,
} from '../../../../src/engine/dataplane/http/message-head.ts';
import { MessageParser, type HeadParser } from '../../../../src/engine/dataplane/http/message-parser.ts';
import type { SyntaxProblem } from '../../../../src/engine/dataplane/http/syntax-problem.ts';

interface Message {
  readonly start: string;
  readonly headers: readonly string[];
  readonly body: string;
  readonly trailers: readonly string[];
  readonly complete: boolean;
}

interface Parsed {
  readonly messages: readonly Message[];
  readonly problem: SyntaxProblem | undefined;
}

function collect(
  parse: HeadParser<RequestHead | ResponseHead>,
  chunks: readonly Buffer[],
  options: { readonly finish?: boolean; readonly skipsEmptyLines?: boolean } = {},
): Parsed {
  const messages: { -readonly [K in keyof Message]: Message[K] }[] = [];
  let problem: SyntaxProblem | undefined;
  const last = (): { -readonly [K in keyof Message]: Message[K] } => {
    const message = messages.at(-1);
    assert.ok(message, 'a body or an end without a head');
    return message;
  };
  const parser = new MessageParser<RequestHead | ResponseHead>(
    parse,
    {
      onHead: (head) => {
        const start = 'method' in head ? `${head.method} ${head.target}` : `${head.status} ${head.reason}`;
        const headers = head.headers.names.map((name, index) => `${name}: ${head.headers.values[index]}`);
        messages.push({ start, headers, body: '', trailers: [], complete: false });
        return head.bodyLength;
      },
      onBody: (data) => (last().body += data.toString('latin1')),
      onEnd: (trailers) => {
        last().complete = true;
        last().trailers = trailers?.names.map((name, index) => `${name}: ${trailers.values[index]}`) ?? [];
      },
      onSyntaxError: (found) => {
        assert.equal(problem, undefined, 'a second problem');
        problem = found;
      },
    },
    { skipsEmptyLines: options.skipsEmptyLines ?? true },
  );
  for (const chunk of chunks) parser.execute(chunk);
  if (options.finish === true) parser.finish();
  return { messages, problem };
}

const requests = (text: string, options?: { readonly finish?: boolean }): Parsed =>
  collect(parseRequestHead, [Buffer.from(text, 'latin1')], options);
const responses = (text: string): Parsed =>
  collect(parseResponseHead, [Buffer.from(text, 'latin1')], { finish: true, skipsEmptyLines: false });

describe('requests', () => {
  test('a request without a body ends with its head', () => {
    assert.deepEqual(requests('GET /a?b HTTP/1.1\r\nHost: x\r\nAccept:  text/html \r\n\r\n'), {
      messages: [{ start: 'GET /a?b', headers: ['accept: text/html'], body: '', trailers: [], complete: true }],
      problem: undefined,
    });
  });

  test('pipelined requests with all kinds of bodies come one after the other', () => {
    const { messages, problem } = requests(
      '\r\nPOST /1 HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello' +
        'POST /2 HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: Chunked\r\n\r\n' +
        '4;ext="a b"\r\nWiki\r\n00A\r\n0123456789\r\n0\r\nX-Sum: 1\r\nContent-Length: 9\r\n\r\n' +
        'GET /3 HTTP/1.0\r\n\r\n',
    );
    assert.equal(problem, undefined);
    assert.deepEqual(
      messages.map(({ start, body, trailers, complete }) => [start, body, trailers, complete]),
      [
        ['POST /1', 'hello', [], true],
        ['POST /2', 'Wiki0123456789', ['x-sum: 1'], true],
        ['GET /3', '', [], true],
      ],
    );
  });

  const keepAlive: readonly (readonly [string, boolean])[] = [
    ['GET / HTTP/1.1\r\nHost: x', true],
    ['GET / HTTP/1.1\r\nHost: x\r\nConnection: close', false],
    ['GET / HTTP/1.1\r\nHost: x\r\nConnection: keep-alive, Close', false],
    ['GET / HTTP/1.0', false],
    ['GET / HTTP/1.0\r\nConnection: Keep-Alive', true],
  ];
  for (const [text, expected] of keepAlive) {
    test(`keep-alive of ${JSON.stringify(text)} is ${expected}`, () => {
      const head = parseRequestHead(text);
      assert.ok(typeof head !== 'string');
      assert.equal(head.keepAlive, expected);
    });
  }

  test('hop-by-hop fields and those that Connection lists are taken out', () => {
    const head = parseRequestHead(
      'GET / HTTP/1.1\r\nHost: x\r\nKeep-Alive: timeout=5\r\nProxy-Connection: keep-alive\r\nProxy-Authorization: a\r\n' +
        'TE: trailers\r\nX-Hop: 1\r\nX-End: 2\r\nUpgrade: websocket\r\nConnection: upgrade, X-Hop, Cookie\r\nCookie: c=1',
    );
    assert.ok(typeof head !== 'string');
    assert.deepEqual(head.headers.names, ['x-end', 'cookie']);
    assert.equal(head.upgrade, 'websocket');
    assert.equal(head.trailers, true);
  });

  // What RFC 9112 lets or makes a server refuse; a proxy that lets one of these through can be used to smuggle requests.
  const refused: readonly (readonly [string, string, SyntaxProblem])[] = [
    ['both framings', 'Content-Length: 3\r\nTransfer-Encoding: chunked', 'content-length with transfer-encoding'],
    ['two lengths that differ', 'Content-Length: 3\r\nContent-Length: 4', 'invalid content-length'],
    ['two equal lengths', 'Content-Length: 3\r\nContent-Length: 3', 'invalid content-length'],
    ['a list of lengths', 'Content-Length: 3, 3', 'invalid content-length'],
    ['a signed length', 'Content-Length: +3', 'invalid content-length'],
    ['a hexadecimal length', 'Content-Length: 0x3', 'invalid content-length'],
    ['an empty length', 'Content-Length: ', 'invalid content-length'],
    ['a huge length', 'Content-Length: 99999999999999999999', 'invalid content-length'],
    ['an unknown coding', 'Transfer-Encoding: gzip', 'unsupported transfer-encoding'],
    ['chunked not last', 'Transfer-Encoding: chunked, gzip', 'unsupported transfer-encoding'],
    ['chunked twice', 'Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked', 'unsupported transfer-encoding'],
    ['a disguised coding', 'Transfer-Encoding: \x0bchunked', 'invalid header value'],
    ['space before the colon', 'Transfer-Encoding : chunked', 'malformed header'],
    ['a folded header', 'X: a\r\n b', 'folded header'],
    ['a line without colon', 'nonsense', 'malformed header'],
    ['an empty name', ': x', 'malformed header'],
    ['a NUL in a value', 'X: a\0b', 'invalid header value'],
    ['a carriage return in a value', 'X: a\rb', 'invalid header value'],
    ['two hosts', 'Host: y', 'invalid host'],
    ['a name with a space', 'X Y: a', 'malformed header'],
  ];
  for (const [name, header, problem] of refused) {
    test(`refuses ${name}`, () => {
      const result = requests(`POST / HTTP/1.1\r\nHost: x\r\n${header}\r\n\r\n`);
      assert.deepEqual(result, { messages: [], problem });
    });
  }

  const malformed: readonly (readonly [string, SyntaxProblem])[] = [
    ['GET / HTTP/1.1\r\n\r\n', 'missing host'],
    ['GET / HTTP/1.1\r\nHost: a/b\r\n\r\n', 'invalid host'],
    ['GET / HTTP/1.1\r\nHost: user@a\r\n\r\n', 'invalid host'],
    ['GET /  HTTP/1.1\r\nHost: x\r\n\r\n', 'malformed request line'],
    ['GET /a b HTTP/1.1\r\nHost: x\r\n\r\n', 'malformed request line'],
    ['GET /#f HTTP/1.1\r\nHost: x\r\n\r\n', 'malformed request line'],
    ['G@T / HTTP/1.1\r\nHost: x\r\n\r\n', 'malformed request line'],
    ['GET /\r\n\r\n', 'malformed request line'],
    ['GET / HTTP/2.0\r\nHost: x\r\n\r\n', 'unsupported version'],
    ['GET / HTTP/1.10\r\nHost: x\r\n\r\n', 'unsupported version'],
    ['GET / http/1.1\r\nHost: x\r\n\r\n', 'unsupported version'],
    ['GET / HTTP/1.1\nHost: x\n\n', 'bare line feed'],
    ['GET / HTTP/1.1\r\nHost: x\nX: y\r\n\r\n', 'bare line feed'],
    ['POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n', 'unsupported transfer-encoding'],
    [`GET / HTTP/1.1\r\nHost: x\r\n${'X: y\r\n'.repeat(300)}\r\n`, 'too many headers'],
    [`GET / HTTP/1.1\r\nX: ${'y'.repeat(70_000)}`, 'head too large'],
  ];
  for (const [text, problem] of malformed) {
    test(`${JSON.stringify(text.slice(0, 40))} is refused: ${problem}`, () => {
      assert.deepEqual(requests(text), { messages: [], problem });
    });
  }

  const chunks: readonly (readonly [string, string])[] = [
    ['a bare line feed after the size', '3\nabc\r\n0\r\n\r\n'],
    ['a bare line feed in an extension', '3;a\nbc\r\n0\r\n\r\n'],
    ['a space before the size', ' 3\r\nabc\r\n0\r\n\r\n'],
    ['a space after the size', '3 \r\nabc\r\n0\r\n\r\n'],
    ['a signed size', '-3\r\nabc\r\n0\r\n\r\n'],
    ['a size with 0x', '0x3\r\nabc\r\n0\r\n\r\n'],
    ['no size', '\r\nabc\r\n0\r\n\r\n'],
    ['a size of 13 digits', '1000000000000\r\nabc'],
    ['data longer than the size', '2\r\nabc\r\n0\r\n\r\n'],
    ['an endless extension', `3;${'a'.repeat(5000)}\r\nabc\r\n0\r\n\r\n`],
  ];
  for (const [name, body] of chunks) {
    test(`refuses chunks with ${name}`, () => {
      const result = requests(`POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n${body}`);
      assert.equal(result.problem, 'malformed chunk');
      assert.equal(result.messages[0]?.complete, false);
    });
  }

  test('a malformed trailer is refused', () => {
    const result = requests('POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nbad trailer\r\n\r\n');
    assert.equal(result.problem, 'malformed trailer');
  });

  test('the end of input within a message is a problem, between messages it is not', () => {
    assert.equal(
      requests('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nab', { finish: true }).problem,
      'truncated message',
    );
    assert.equal(requests('GET / HT', { finish: true }).problem, 'truncated message');
    assert.equal(requests('GET / HTTP/1.1\r\nHost: x\r\n\r\n', { finish: true }).problem, undefined);
  });
});

describe('responses', () => {
  test('a body without a length lasts until the end of input', () => {
    assert.deepEqual(responses('HTTP/1.1 200 OK\r\nX: 1\r\n\r\nabc'), {
      messages: [{ start: '200 OK', headers: ['x: 1'], body: 'abc', trailers: [], complete: true }],
      problem: undefined,
    });
  });

  test('1xx, 204 and 304 have no body, whatever they announce', () => {
    const { messages } = responses(
      'HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\nHTTP/1.1 304 Not Modified\r\nContent-Length: 10\r\n\r\n' +
        'HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok',
    );
    assert.deepEqual(
      messages.map(({ start, body }) => [start, body]),
      [
        ['103 Early Hints', ''],
        ['304 Not Modified', ''],
        ['204 No Content', ''],
        ['200 ', 'ok'],
      ],
    );
  });

  const malformed: readonly (readonly [string, SyntaxProblem])[] = [
    ['HTTP/1.1 20 OK\r\n\r\n', 'malformed status line'],
    ['HTTP/1.1 2000 OK\r\n\r\n', 'malformed status line'],
    ['HTTP/1.1  200 OK\r\n\r\n', 'malformed status line'],
    ['HTTP/3.0 200 OK\r\n\r\n', 'unsupported version'],
    [
      'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n',
      'content-length with transfer-encoding',
    ],
    ['HTTP/1.1 200 OK\r\nX: a\x01\r\n\r\n', 'invalid header value'],
    ['HTTP/1.1 200 OK\r\nContent-Length: 1, 2\r\n\r\n', 'invalid content-length'],
  ];
  for (const [text, problem] of malformed) {
    test(`${JSON.stringify(text)} is refused: ${problem}`, () => {
      assert.deepEqual(responses(text), { messages: [], problem });
    });
  }
});

/** Cuts bytes at the given fractions. */
function cut(data: Buffer, at: readonly number[]): Buffer[] {
  const points = [...new Set(at.map((fraction) => Math.floor(fraction * data.length)))].sort((a, b) => a - b);
  const pieces: Buffer[] = [];
  let start = 0;
  for (const point of [...points, data.length]) {
    // Copies, as the parser must not depend on one backing store.
    pieces.push(Buffer.from(data.subarray(start, point)));
    start = point;
  }
  return pieces;
}

const token = fc.string({ minLength: 1, maxLength: 12, unit: fc.constantFrom(...Array.from('abcXYZ019-_!~')) });
const value = fc
  .string({ maxLength: 30, unit: fc.constantFrom(...Array.from('abc XYZ,;="\t\u00e9/')) })
  .map((text) => text.trim());
const body = fc.string({ maxLength: 300, unit: fc.constantFrom('a', '\r', '\n', '0', ';', '\0', '\u00ff') });
const request = fc
  .record({
    method: fc.constantFrom('GET', 'POST', 'DELETE', 'X-Y'),
    target: fc.webPath().map((path) => `/${path.replaceAll('#', '')}`),
    headers: fc.array(
      fc.tuple(
        token.map((name) => `x-${name}`),
        value,
      ),
      { maxLength: 6 },
    ),
    pieces: fc.array(body, { maxLength: 4 }),
    framing: fc.constantFrom('none', 'length', 'chunked'),
  })
  .map(({ method, target, headers, pieces, framing }) => {
    const content = framing === 'none' ? '' : pieces.join('');
    const lines = headers.map(([name, text]) => `${name}: ${text}\r\n`).join('');
    const framed =
      framing === 'chunked'
        ? `Transfer-Encoding: chunked\r\n\r\n${pieces
            .filter((piece) => piece !== '')
            .map((piece) => `${piece.length.toString(16).toUpperCase()}\r\n${piece}\r\n`)
            .join('')}0\r\n\r\n`
        : framing === 'length'
          ? `Content-Length: ${content.length}\r\n\r\n${content}`
          : '\r\n';
    return {
      wire: `${method} ${target} HTTP/1.1\r\nHost: h\r\n${lines}${framed}`,
      expected: {
        start: `${method} ${target}`,
        headers: headers.map(([name, text]) => `${name.toLowerCase()}: ${text}`),
        body: content,
        trailers: [],
        complete: true,
      },
    };
  });

describe('properties', () => {
  test('messages are understood wherever the bytes are cut', () => {
    fc.assert(
      fc.property(
        fc.array(request, { minLength: 1, maxLength: 4 }),
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 }),
        (all, at) => {
          const wire = Buffer.from(all.map((one) => one.wire).join(''), 'latin1');
          const { messages, problem } = collect(parseRequestHead, cut(wire, at));
          assert.equal(problem, undefined);
          assert.deepEqual(
            messages,
            all.map((one) => one.expected),
          );
        },
      ),
      { numRuns: 300 },
    );
  });

  test('every byte may come alone', () => {
    const wire = Buffer.from(
      'POST /2 HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nWiki\r\n0\r\nX-Sum: 1\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n',
    );
    const { messages, problem } = collect(
      parseRequestHead,
      [...wire].map((byte) => Buffer.from([byte])),
    );
    assert.equal(problem, undefined);
    assert.deepEqual(
      messages.map(({ start, body: text, trailers }) => [start, text, trailers]),
      [
        ['POST /2', 'Wiki', ['x-sum: 1']],
        ['GET /', '', []],
      ],
    );
  });

  test('bytes that wait do not change when the buffer they came in is read into again', () => {
    const buffer = Buffer.alloc(100);
    const bodies: string[] = [];
    const targets: string[] = [];
    const parser: MessageParser<RequestHead> = new MessageParser<RequestHead>(
      parseRequestHead,
      {
        onHead: (head) => {
          targets.push(head.target);
          return head.bodyLength;
        },
        onBody: (data) => void bodies.push(data.toString('latin1')),
        onEnd: () => parser.pause(),
        onSyntaxError: (problem) => assert.fail(problem),
      },
      { skipsEmptyLines: true },
    );
    const read = (text: string): void => {
      buffer.fill('!');
      buffer.write(text, 'latin1');
      parser.execute(buffer.subarray(0, text.length));
      buffer.fill('!');
    };
    read('POST /1 HTTP/1.1\r\nHo');
    read('st: x\r\nContent-Length: 4\r\n\r\nab');
    read('cdGET /2 HT');
    read('TP/1.1\r\nHost: x\r\n');
    parser.resume();
    read('\r\nsomething else');
    parser.stop();
    assert.deepEqual(targets, ['/1', '/2']);
    assert.deepEqual(bodies, ['ab', 'cd']);
    assert.equal(parser.takeRest().toString(), 'something else');
  });

  test('random bytes never throw', () => {
    const noise = fc.uint8Array({ maxLength: 200 });
    const broken = fc.tuple(request, fc.nat(), fc.nat({ max: 255 })).map(([{ wire }, position, byte]) => {
      const bytes = Buffer.from(wire, 'latin1');
      bytes[position % bytes.length] = byte;
      return new Uint8Array(bytes);
    });
    fc.assert(
      fc.property(fc.array(fc.oneof(noise, broken), { maxLength: 5 }), (chunks) => {
        collect(
          parseRequestHead,
          chunks.map((chunk) => Buffer.from(chunk)),
          { finish: true },
        );
        collect(
          parseResponseHead,
          chunks.map((chunk) => Buffer.from(chunk)),
          { finish: true },
        );
      }),
      { numRuns: 500 },
    );
  });
});
