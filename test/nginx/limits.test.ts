/** Rows 6 and 7 at nginx: they come after the other rows, and the meter of an address is equal to the gateway's bucket. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { networkInterfaces } from 'node:os';
import { NGINXES, NO_NGINX } from './binaries.js';
import { untenanted } from './plans.js';
import { get, request, send } from './raw.js';
import { CALL, JSON_BODY, stand, stub, type Stub } from './stand.js';

const TOO_MUCH = { 'Content-Length': '65537' };
const PREFLIGHT = { Host: 'mcp.acme.test', Origin: 'https://app.acme.test', 'Access-Control-Request-Method': 'POST' };

describe('sizes and rates at nginx', { skip: NO_NGINX }, () => {
  let gateway: Stub;
  before(async () => void (gateway = await stub()));
  after(() => gateway.close());

  for (const nginx of NGINXES) {
    it(`nginx ${nginx.version}: 404, 403 and 405 come before 413, 413 before 415`, async () => {
      const edge = await stand(nginx, gateway.port);
      const statuses = await Promise.all(
        [
          request('POST', '/nowhere', { ...CALL, ...TOO_MUCH }),
          request('POST', '/mcp/search', { ...CALL, Origin: 'https://evil.test', ...TOO_MUCH }),
          request('PUT', '/mcp/search', { ...CALL, ...TOO_MUCH }),
          request('POST', '/mcp/search', { Host: 'mcp.acme.test', 'Content-Type': 'text/plain', ...TOO_MUCH }),
          request('POST', '/mcp/search', { ...CALL, 'Content-Length': '65536' }, '').replace(/$/, 'x'.repeat(65_536)),
          get('/health', { Host: 'mcp.acme.test', ...TOO_MUCH }).replace(/$/, 'x'.repeat(65_537)),
        ].map(async (bytes) => (await send(edge.port, bytes)).status),
      );
      await edge.close();
      assert.deepEqual(statuses, [404, 403, 405, 413, 200, 200]);
    });

    it(`nginx ${nginx.version}: a body without a declared size may not be larger than the limit`, async () => {
      const edge = await stand(nginx, gateway.port);
      const chunked = (bytes: number): string =>
        `${request('POST', '/mcp/search', { ...CALL, 'Transfer-Encoding': 'chunked' })}${bytes.toString(16)}\r\n${'x'.repeat(bytes)}\r\n0\r\n\r\n`;
      const [within, beyond] = [await send(edge.port, chunked(65_536)), await send(edge.port, chunked(65_537))];
      await edge.close();
      assert.deepEqual([within.status, beyond.status, beyond.headers['content-type']], [200, 413, 'application/json']);
    });

    it(`nginx ${nginx.version}: as many requests at once as the bucket has tokens, then 429 until the next token`, async () => {
      const edge = await stand(nginx, gateway.port, { gateway: { limits: { perAddress: '3/min' } } });
      const statuses: number[] = [];
      for (const bytes of [
        // Health probes, preflights and requests that an earlier row refuses are not counted.
        ...Array<string>(5).fill(get('/health', { Host: 'mcp.acme.test' })),
        ...Array<string>(5).fill(request('OPTIONS', '/mcp/search', PREFLIGHT)),
        ...Array<string>(5).fill(request('POST', '/mcp/search', { Host: 'mcp.acme.test' }, JSON_BODY)),
        ...Array<string>(4).fill(request('POST', '/mcp/search', CALL, JSON_BODY)),
      ]) {
        statuses.push((await send(edge.port, bytes)).status);
      }
      const refused = await send(edge.port, request('POST', '/mcp/search', { ...CALL, Origin: 'https://app.acme.test' }, JSON_BODY));
      await edge.close();
      assert.deepEqual(statuses, [...Array<number>(10).fill(200), ...Array<number>(5).fill(415), 200, 200, 200, 429]);
      const { 'retry-after': retry, 'access-control-allow-origin': origin, vary } = refused.headers;
      assert.deepEqual([refused.status, retry, origin, vary], [429, '20', 'https://app.acme.test', 'Origin']);
    });

    it(`nginx ${nginx.version}: the address of the client is the right-most that is not a trusted proxy's`, async () => {
      const edge = await stand(nginx, gateway.port, untenanted({ limits: { perAddress: '1/min' }, trustedProxies: ['127.0.0.1', '10.0.0.0/8'] }));
      const from = async (forwarded: string): Promise<number> =>
        (await send(edge.port, get('/mcp/search', { Host: 'mcp.acme.test', 'X-Forwarded-For': forwarded }))).status;
      const statuses = [
        await from('203.0.113.1'), await from('203.0.113.2'), await from('203.0.113.9, 203.0.113.1, 10.1.1.1'), await from('203.0.113.3, 10.0.0.1'),
      ];
      await edge.close();
      assert.deepEqual(statuses, [200, 200, 429, 200]);
    });

    const outside = Object.values(networkInterfaces()).flatMap((list) => list ?? []).find(({ internal, family }) => !internal && family === 'IPv4');
    it(`nginx ${nginx.version}: loopback names are for peers on loopback`, { skip: outside ? false : 'this machine has no other address' }, async () => {
      const edge = await stand(nginx, gateway.port);
      const bytes = get('/mcp/search', { Host: 'localhost:8088' });
      const statuses = [(await send(edge.port, bytes)).status, (await send(edge.port, bytes, { host: outside!.address })).status];
      await edge.close();
      assert.deepEqual(statuses, [200, 421]);
    });
  }
});
