/**
 * The server behind every target, a process of its own. All of its answers are made beforehand, and a request is known by the body in which its bytes end:
 * it should cost less than whatever stands before it. What it does not expect it refuses, and the bench fails.
 */
import { randomUUID } from 'node:crypto';
import { createServer, type Socket } from 'node:net';
import { announce } from './processes.js';
import { LISTING, listing, OPENING, SCENARIOS, type Scenario } from './scenarios.js';

const HEAD_END = Buffer.from('\r\n\r\n');

interface Known {
  readonly body: Buffer;
  /** Null where the head must say something that it does not. */
  readonly answer: (request: Buffer) => readonly Buffer[] | null;
}

/** The answers within each session, by its id; ids are opened again and again and never forgotten, as a run has some hundreds. */
const sessions = new Map<string, ReadonlyMap<Scenario, readonly Buffer[]>>();
const withSession = SCENARIOS.filter(({ hasSession }) => hasSession);

function openSession(): readonly Buffer[] {
  const id = randomUUID();
  const headerLine = `mcp-session-id: ${id}\r\n`;
  sessions.set(id, new Map(withSession.map((scenario) => [scenario, scenario.parts(headerLine)])));
  return OPENING.parts(headerLine);
}

function inSession(scenario: Scenario, request: Buffer): readonly Buffer[] | null {
  const id = /\r\nmcp-session-id: *([^\r]+)/i.exec(request.toString('latin1'))?.[1];
  return sessions.get(id ?? '')?.get(scenario) ?? null;
}

function listed(request: Buffer): readonly Buffer[] | null {
  const id = /"id":"([^"]+)",[^{]*\{\}\}$/.exec(request.toString('latin1'))?.[1];
  return id === undefined ? null : listing(id).parts('');
}

const KNOWN: readonly Known[] = [
  { body: Buffer.from(OPENING.body), answer: openSession },
  { body: Buffer.from(LISTING), answer: listed },
  ...SCENARIOS.map((scenario): Known => {
    const body = Buffer.from(scenario.body);
    const parts = scenario.parts('');
    return scenario.hasSession ? { body, answer: (request) => inSession(scenario, request) } : { body, answer: () => parts };
  }),
];

/** The server's side of one connection. Nobody pipelines, so that there is never more than one request. */
function serve(socket: Socket): void {
  let rest: Buffer | null = null;
  let last = KNOWN[0] as Known;
  // Probes and proxies that end hang up as they like.
  socket.on('error', () => socket.destroy());
  socket.on('data', (bytes: Buffer) => {
    const request = rest === null ? bytes : Buffer.concat([rest, bytes]);
    const known = endsWith(request, last.body) ? last : KNOWN.find(({ body }) => endsWith(request, body));
    if (known) {
      rest = null;
      last = known;
      const parts = known.answer(request);
      return parts ? write(socket, parts, 0) : refuse(socket, request);
    }
    rest = request;
    if (isWhole(request)) refuse(socket, request);
  });
}

function endsWith(request: Buffer, body: Buffer): boolean {
  const start = request.length - body.length;
  return start > 0 && request.compare(body, 0, body.length, start) === 0;
}

function isWhole(request: Buffer): boolean {
  const end = request.indexOf(HEAD_END);
  if (end === -1) return false;
  const length = Number(/\r\ncontent-length: *(\d+)/i.exec(request.toString('latin1', 0, end))?.[1] ?? 0);
  return request.length >= end + HEAD_END.length + length;
}

/** Each part in a turn of its own, as a server writes events that happen one after the other. */
function write(socket: Socket, parts: readonly Buffer[], at: number): void {
  const part = parts[at];
  if (!part || socket.destroyed) return;
  socket.write(part);
  if (at + 1 < parts.length) setImmediate(write, socket, parts, at + 1);
}

/** Says what came, so that whoever runs the bench sees what the target made of the request. */
function refuse(socket: Socket, request: Buffer): void {
  socket.end(`HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: ${request.length}\r\n\r\n${request.toString('latin1')}`);
}

announce(createServer({ noDelay: true }, serve));
