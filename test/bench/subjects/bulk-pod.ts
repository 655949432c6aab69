/** Programs of a pod: the port it prints sends bytes, the next in the line takes them, the last gives them back. */
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { serveDownloads, serveUploads } from '../../cluster/bulk-data.ts';

const size = Number(process.argv[2]);
const ports: number[] = [];
for (const serve of [serveDownloads, serveUploads(size), (socket: Socket) => void socket.pipe(socket)]) {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    serve(socket);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  ports.push((server.address() as AddressInfo).port);
}
console.log(ports.join(' '));
