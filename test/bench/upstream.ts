/** The server behind every target, a process of its own. It speaks just enough HTTP to cost little; what it does not expect it refuses, which fails the bench. */
import { createServer, type Socket } from 'node:net';
import { announce } from './processes.js';
import { SCENARIOS } from './scenarios.js';

const HEAD_END = Buffer.from('\r\n\r\n');
const ANSWERS = new Map(SCENARIOS.map(({ body, parts }) => [body, parts]));

const server = createServer({ noDelay: true }, (socket) => {
  let rest: Buffer = Buffer.alloc(0);
  // Probes and proxies that end hang up as they like.
  socket.on('error', () => socket.destroy());
  socket.on('data', (bytes) => {
    rest = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
    const end = rest.indexOf(HEAD_END);
    if (end === -1) return;
    const head = rest.toString('latin1', 0, end);
    const length = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1]);
    const whole = end + HEAD_END.length + length;
    if (rest.length < whole) return;
    const parts = ANSWERS.get(rest.toString('utf8', end + HEAD_END.length, whole));
    // Nobody pipelines, so that there is never more than one request.
    if (!parts || rest.length !== whole) return void socket.end(`HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: ${end}\r\n\r\n${head}`);
    rest = Buffer.alloc(0);
    write(socket, parts, 0);
  });
});

/** Each part in a turn of its own, as a server writes events that happen one after the other. */
function write(socket: Socket, parts: readonly Buffer[], at: number): void {
  const part = parts[at];
  if (!part || socket.destroyed) return;
  socket.write(part);
  if (at + 1 < parts.length) setImmediate(write, socket, parts, at + 1);
}

announce(server);
