/** Questions to services that the config names: whatever the other side does, the answer or its cause comes within the bounds. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTcp, type AddressInfo, type Server as TcpServer, type Socket } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { ask } from '#src/gateway/runtime/identity/ask.js';

const TIMEOUT = 10_000;

describe('questions to other services', () => {
  let server: Server;
  let url = '';
  const heard: { method: string | undefined; body: string; headers: Record<string, unknown> }[] = [];
  const HANDLERS: Readonly<Record<string, RequestListener>> = {
    '/ok': (_request, response) => response.writeHead(200, { 'cache-control': 'max-age=5' }).end('{"a":"ä"}'),
    '/missing': (_request, response) => response.writeHead(404).end('no'),
    '/redirect': (_request, response) => response.writeHead(302, { location: '/ok' }).end(),
    '/gzip': (_request, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end('x'),
    '/latin': (_request, response) => response.writeHead(200).end(Buffer.from([0x22, 0xe4, 0x22])),
    '/silent': () => {},
    '/slow': (_request, response) => response.writeHead(200).write('{'),
    '/short': (_request, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('{');
      setImmediate(() => response.socket?.destroy());
    },
    '/endless': (_request, response) => {
      response.writeHead(200);
      const more = (): void => {
        while (response.write('x'.repeat(16_384)));
        response.once('drain', more);
      };
      more();
    },
    '/echo': (request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        heard.push({ method: request.method, body: Buffer.concat(parts).toString(), headers: request.headers });
        response.end('done');
      });
    },
  };

  before(async () => {
    server = createServer((request, response) => HANDLERS[request.url ?? '']?.(request, response));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });

  test('an answer is its status, its headers and its text', async () => {
    const told = await ask(`${url}/ok`, { timeout: TIMEOUT });
    assert.deepEqual([told.status, told.headers['cache-control'], told.text], [200, 'max-age=5', '{"a":"ä"}']);
    assert.equal((await ask(`${url}/missing`, { timeout: TIMEOUT })).status, 404);
  });

  test('a body is posted with its length, headers go along, and no connection is kept', async () => {
    await ask(`${url}/echo`, { timeout: TIMEOUT, headers: { authorization: 'Basic x' }, body: 'grant=ä' });
    const { method, body, headers = {} } = heard.at(-1) ?? {};
    assert.deepEqual([method, body], ['POST', 'grant=ä']);
    assert.deepEqual([headers['authorization'], headers['content-length'], headers['connection']], ['Basic x', '8', 'close']);
  });

  const FAILING: readonly (readonly [path: string, why: RegExp, options?: { timeout?: number; most?: number }])[] = [
    ['/redirect', /redirects \(302\)/],
    ['/gzip', /compressed/],
    ['/latin', /UTF-8/],
    ['/silent', /no answer within 50 ms/, { timeout: 50 }],
    ['/slow', /no answer within 50 ms/, { timeout: 50 }],
    ['/short', /aborted|broke off/],
    ['/endless', /longer than 262144 bytes/],
    ['/ok', /longer than 4 bytes/, { most: 4 }],
  ];
  for (const [path, why, options] of FAILING) {
    test(`${path} fails with its cause (${why.source})`, async () => {
      const isMeant = ({ message }: Error): boolean => why.test(message) && message.startsWith('127.0.0.1:');
      await assert.rejects(ask(url + path, { timeout: TIMEOUT, ...options }), isMeant);
    });
  }

  test('nobody there: the cause is the connection', async () => {
    const free = createServer().listen(0, '127.0.0.1');
    await once(free, 'listening');
    const { port } = free.address() as AddressInfo;
    free.close();
    await once(free, 'close');
    await assert.rejects(ask(`http://127.0.0.1:${port}/`, { timeout: TIMEOUT }), /ECONNREFUSED/);
    await assert.rejects(ask(`http://localhost:${port}/`, { timeout: TIMEOUT }), /ECONNREFUSED/);
  });

  test('http is for this machine alone, and URLs carry no credentials', async () => {
    const open = ['http://example.com/', 'http://127.0.0.1.example.com/', 'http://10.0.0.1/'];
    const wrongs = [...open, 'ftp://localhost/', 'file:///etc/passwd', 'nonsense', 'https://u:p@example.com/'];
    for (const wrong of wrongs) {
      await assert.rejects(ask(wrong, { timeout: TIMEOUT }), /only https is asked|none that can be asked/, wrong);
    }
  });

  describe('what is no HTTP', () => {
    let raw: TcpServer;
    const sockets = new Set<Socket>();
    let answer = '';
    before(async () => {
      raw = createTcp((socket) => {
        sockets.add(socket);
        socket.on('error', () => {}).once('data', () => socket.write(answer));
      }).listen(0, '127.0.0.1');
      await once(raw, 'listening');
    });
    after(() => {
      for (const socket of sockets) socket.destroy();
      raw.close();
    });

    for (const [name, text] of [
      ['garbage', 'nonsense\r\n\r\n'],
      ['two lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab'],
      ['a huge head', `HTTP/1.1 200 OK\r\nx: ${'y'.repeat(100_000)}\r\n\r\n`],
      ['an upgrade', 'HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n'],
    ] as const) {
      test(name, async () => {
        answer = text;
        await assert.rejects(ask(`http://127.0.0.1:${(raw.address() as AddressInfo).port}/`, { timeout: TIMEOUT }), Error);
      });
    }
  });
});
