/* global process, Buffer */
// Runs functions of the tests in the extension host, against the real API. Test-only: it is in no package of ours.
const http = require('node:http');
const fs = require('node:fs');
const vscode = require('vscode');

exports.activate = function (context) {
  const token = process.env.MESHLENS_COMPANION_TOKEN;
  const file = process.env.MESHLENS_COMPANION_FILE;
  if (!token || !file) return;
  const server = http.createServer((request, response) => {
    if (request.method !== 'POST' || request.headers.authorization !== `Bearer ${token}`) {
      response.writeHead(403).end();
      return;
    }
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      const { source, argument } = JSON.parse(Buffer.concat(chunks).toString('utf8'));
      Promise.resolve()
        .then(() =>
          new Function('vscode', 'argument', 'require', `return (${source})(vscode, argument, require)`)(
            vscode,
            argument,
            require,
          ),
        )
        .then(
          (value) => ({ value: value === undefined ? null : value }),
          (error) => ({ error: String((error && error.stack) || error) }),
        )
        .then((answer) => response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer)));
    });
  });
  server.listen(0, '127.0.0.1', () => {
    // Written whole or not at all: the tests read it as soon as it is there.
    fs.writeFileSync(`${file}.new`, JSON.stringify({ port: server.address().port, pid: process.pid }));
    fs.renameSync(`${file}.new`, file);
  });
  context.subscriptions.push({
    dispose: () => {
      server.closeAllConnections();
      server.close();
    },
  });
};
