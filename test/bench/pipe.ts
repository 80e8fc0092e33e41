/** What node:http can do when it decides nothing: the measure for the gateway. Its own process; the upstream's port is its argument. */
import http from 'node:http';
import { announce } from './processes.js';

const agent = new http.Agent({ keepAlive: true });
const port = Number(process.argv[2]);

const server = http.createServer((incoming, outgoing) => {
  const { method, url, headers } = incoming;
  const request = http.request({ agent, host: '127.0.0.1', port, method, path: url, headers }, (response) => {
    outgoing.writeHead(response.statusCode ?? 502, response.headers);
    response.pipe(outgoing);
  });
  request.on('error', () => outgoing.destroy());
  incoming.pipe(request);
});

announce(server);
