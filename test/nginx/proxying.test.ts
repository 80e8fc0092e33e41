/** What nginx passes on to the gateway and what it logs. It must not hold anything back, send a request twice, or log credentials. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { connect, createServer, type AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { line } from '#src/emit/nginx/directives.js';
import { word } from '#src/emit/nginx/tokens.js';
import type { Directive, Item, NginxDocument } from '#src/emit/nginx/types.js';
import { freePort, NGINXES, NO_NGINX } from './binaries.js';
import { get, request, send } from './raw.js';
import { CALL, JSON_BODY, stand, stub, type Stub } from './stand.js';

const SPOOFED = {
  ...CALL,
  Host: 'MCP.Acme.Test.:8088',
  ...{ 'X-Forwarded-For': '1.2.3.4', 'X-Forwarded-Host': 'evil.test', 'X-Forwarded-Proto': 'https', 'X-Real-IP': '1.2.3.4', 'X-Request-Id': 'mine' },
  ...{ Upgrade: 'h2c', Connection: 'upgrade', TE: 'trailers', Forwarded: 'for=1.2.3.4', Proxy: 'http://evil.test' },
  ...{ 'X-Original-URL': '/admin', 'X-User': 'root', 'Remote-User': 'root', 'X-Goog-Authenticated-User-Email': 'root@acme.test' },
  'Mcp-Param-tenant_id': 'dropped, as nginx-cannot.ts says',
  ...{ 'Mcp-Param-Region': 'eu', 'Mcp-Session-Id': 'abc', Authorization: 'Bearer key' },
};

describe('the way to the gateway', { skip: NO_NGINX }, () => {
  for (const nginx of NGINXES) {
    describe(`nginx ${nginx.version}`, () => {
      let gateway: Stub;
      let listener: (incoming: IncomingMessage, outgoing: ServerResponse) => void;
      before(async () => void (gateway = await stub((incoming, outgoing) => listener(incoming, outgoing))));
      after(() => gateway.close());

      it('names this hop, and passes on what belongs to MCP', async () => {
        listener = (incoming, outgoing) => void incoming.resume().on('end', () => outgoing.end());
        const edge = await stand(nginx, gateway.port);
        await send(edge.port, request('POST', '/mcp/search?x=1', SPOOFED, JSON_BODY));
        await edge.close();
        const { headers, httpVersion, url } = gateway.seen.at(-1)!;
        const { 'x-request-id': id, ...rest } = headers;
        assert.match(String(id), /^[0-9a-f]{32}$/);
        assert.deepEqual([httpVersion, url], ['1.1', '/mcp/search?x=1']);
        assert.deepEqual(rest, {
          host: 'MCP.Acme.Test',
          'x-forwarded-connection': 'upgrade',
          'x-forwarded-for': '127.0.0.1',
          'x-forwarded-host': 'MCP.Acme.Test',
          'x-forwarded-port': String(edge.port),
          'x-forwarded-proto': 'http',
          'x-real-ip': '127.0.0.1',
          'content-type': 'application/json',
          'content-length': String(JSON_BODY.length),
          'mcp-param-region': 'eu',
          'mcp-session-id': 'abc',
          authorization: 'Bearer key',
        });
      });

      it('streams both ways, and tells the gateway when the client leaves', async () => {
        const arrived: string[] = [];
        const left = new Promise<void>((resolve) => {
          listener = (incoming, outgoing) => {
            outgoing.on('close', () => resolve());
            incoming.on('data', (chunk: Buffer) => arrived.push(chunk.toString()));
            outgoing.writeHead(200, { 'content-type': 'text/event-stream', 'x-accel-buffering': 'no', 'x-accel-redirect': '/health' }).write('data: one\n\n');
          };
        });
        const edge = await stand(nginx, gateway.port);
        const socket = connect(edge.port, '127.0.0.1');
        socket.setEncoding('latin1').write(`${request('POST', '/mcp/search', { ...CALL, 'Accept-Encoding': 'gzip', 'Content-Length': '8' })}half`);
        const text = await readUntil(socket, 'data: one');
        assert.match(text, /^HTTP\/1\.1 200 /);
        assert.match(text, /x-accel-buffering: no/i);
        assert.doesNotMatch(text, /content-encoding|x-accel-redirect/i);
        assert.deepEqual(arrived, ['half']);
        socket.destroy();
        await left;
        await edge.close();
      });

      it('tries another gateway when one cannot be reached', async (t) => {
        listener = (incoming, outgoing) => void incoming.resume().on('end', () => outgoing.end('second'));
        const edge = await stand(nginx, gateway.port, {}, firstServer(await freePort()));
        t.after(() => edge.close());
        assert.equal((await send(edge.port, request('POST', '/mcp/search', CALL, JSON_BODY))).body, 'second');
      });

      it('never sends a POST twice', async (t) => {
        const hangsUp = createServer((socket) => socket.once('data', () => socket.destroy())).listen(0, '127.0.0.1');
        t.after(() => hangsUp.close());
        await once(hangsUp, 'listening');
        listener = (incoming, outgoing) => void incoming.resume().on('end', () => outgoing.end('second'));
        const before = gateway.seen.length;
        const edge = await stand(nginx, gateway.port, {}, firstServer((hangsUp.address() as AddressInfo).port));
        t.after(() => edge.close());
        const statuses = [];
        for (let tries = 0; tries < 4; tries++) statuses.push((await send(edge.port, request('POST', '/mcp/search', CALL, JSON_BODY))).status);
        const lost = statuses.filter((status) => status === 502).length;
        assert.ok(lost > 0, 'one went to the gateway that hangs up');
        assert.equal(gateway.seen.length - before, 4 - lost);
      });

      it('field-21 says which gateway was asked and why it could not be reached, and never a query', async () => {
        const nobody = await freePort();
        const edge = await stand(nginx, nobody);
        const plain = await send(edge.port, request('POST', '/mcp/search', CALL, JSON_BODY));
        await send(edge.port, request('POST', '/mcp/search?key=secret', CALL, JSON_BODY));
        await send(edge.port, request('POST', '/mcp/search', { ...CALL, Referer: 'https://app.acme.test/?key=secret' }, JSON_BODY));
        await send(edge.port, request('POST', '/mcp/search?key=secret', { ...CALL, 'Content-Length': '70000' }));
        await send(edge.port, get('/:quotable', { Host: 'mcp.acme.test' }));
        await edge.stop();
        const [log, errors] = [edge.log(), edge.errors()];
        await edge.close();
        assert.equal(plain.status, 502);
        const lines = log.trim().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
        assert.deepEqual(lines.map(({ status }) => status).sort(), [404, 413, 502, 502, 502]);
        const first = lines.find(({ status }) => status === 502);
        assert.deepEqual([first?.['upstream_addr'], first?.['upstream_status'], first?.['upstream_header_s']], [`127.0.0.1:${nobody}`, '502', '-']);
        assert.match(String(first?.['upstream_response_s']), /^\d+\.\d+$/);
        assert.equal(errors.match(/connect\(\) failed \(111: Connection refused\)/g)?.length, 1, errors);
        assert.doesNotMatch(log + errors, /secret/);
      });

      it('logs JSON without query and credentials, and the method that was sent', async () => {
        listener = (incoming, outgoing) => void incoming.resume().on('end', () => outgoing.setHeader('x-request-id', 'from-gateway').end());
        const edge = await stand(nginx, gateway.port);
        await send(edge.port, request('POST', '/mcp/search?key=secret', { ...CALL, Authorization: 'Bearer secret' }, JSON_BODY));
        await send(edge.port, request('DELETE', '/mcp/"no\\where"?key=secret', { Host: 'mcp.acme.test', Cookie: 'secret' }));
        await send(edge.port, get('/health', { Host: 'mcp.acme.test' }));
        await wait(50);
        const log = edge.log();
        const lines = log.trim().split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as Record<string, unknown>);
        const errors = edge.errors();
        await edge.close();
        assert.deepEqual(
          // Two workers write to the log, so that its lines come in no certain order.
          lines
            .sort((a, b) => Number(a['status']) - Number(b['status']))
            .map(({ method, path, host, status, reason, upstream_request_id: id }) => [method, path, host, status, reason, id]),
          [['POST', '/mcp/search', 'mcp.acme.test', 200, '', 'from-gateway'], ['DELETE', '/mcp/"no\\where"', 'mcp.acme.test', 404, 'unknown-route', '']],
        );
        assert.doesNotMatch(log + errors, /secret/);
      });
    });
  }
});

async function readUntil(socket: AsyncIterable<unknown>, wanted: string): Promise<string> {
  let text = '';
  const iterator = socket[Symbol.asyncIterator]();
  while (!text.includes(wanted)) {
    const { value, done } = await iterator.next();
    if (done) break;
    text += String(value);
  }
  return text;
}

/** Puts another gateway before the first, as if its name had two addresses. */
function firstServer(port: number): (document: NginxDocument) => NginxDocument {
  const edit = (directive: Directive): Directive => ({ ...directive, block: [line('server', word(`127.0.0.1:${port}`)), ...(directive.block ?? [])] });
  const editItem = (item: Item): Item => (item.kind === 'directive' && item.name === 'upstream' ? edit(item) : item);
  return ({ files }) => ({ files: files.map((file) => ({ ...file, items: file.items.map(editItem) })) });
}
