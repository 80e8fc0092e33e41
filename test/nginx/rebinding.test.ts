/** The gateway of this machine believes the nginx of this machine, and not a page that has pointed its own name at loopback (DNS rebinding). */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { gatewayTables } from '#src/emit/gateway/tables.js';
import { GATEWAY } from './backend.js';
import { NGINXES, NO_NGINX } from './binaries.js';
import { untenanted, widePlan } from './plans.js';
import { get, reasonOf, request, send } from './raw.js';
import { CALL, JSON_BODY, stand } from './stand.js';

const PAGE = { Host: 'evil.test:8080' };
/** What a page may write into a request to its own origin: any header but Host. */
const CLAIMS: readonly Readonly<Record<string, string>>[] = [
  { 'X-Forwarded-Host': 'localhost' },
  { 'X-Forwarded-Host': '127.0.0.1' },
  { 'X-Forwarded-Host': 'mcp.acme.test' },
  { 'X-Forwarded-Host': 'mcp.acme.test', 'X-Forwarded-Proto': 'https', 'X-Forwarded-For': '127.0.0.1' },
];

describe('field-35a a page that rebinds its name', { skip: NO_NGINX }, () => {
  for (const changes of [untenanted(), untenanted({ trustedProxies: ['127.0.0.1'] })]) {
    let gateway: Awaited<ReturnType<typeof GATEWAY.start>>;
    const trusts = changes.gateway?.trustedProxies ? 'trusted by the config too' : 'as generated';
    before(async () => void (gateway = await GATEWAY.start(gatewayTables(widePlan(changes)))));
    after(() => gateway.close());

    it(`is refused at the gateway, whatever it claims: loopback ${trusts}`, async () => {
      for (const claims of CLAIMS) {
        const answer = await send(gateway.port, get('/mcp/search', { ...PAGE, ...claims, Accept: 'text/event-stream' }));
        assert.deepEqual([answer.status, reasonOf(answer)], [421, 'unknown-host'], JSON.stringify(claims));
      }
    });

    for (const nginx of NGINXES) {
      it(`nginx ${nginx.version} is believed, and refuses the page as well: loopback ${trusts}`, async () => {
        const edge = await stand(nginx, gateway.port, changes);
        for (const host of ['mcp.acme.test', 'MCP.acme.test:8088', 'acme.acme.test', 'localhost', '[::1]:8088']) {
          const answer = await send(edge.port, request('POST', '/mcp/search', { ...CALL, Host: host }, JSON_BODY));
          // No server runs behind the gateway: what it lets through finds none.
          assert.notEqual(reasonOf(answer), 'unknown-host', host);
        }
        for (const claims of CLAIMS) {
          const answer = await send(edge.port, get('/mcp/search', { ...PAGE, ...claims, Accept: 'text/event-stream' }));
          assert.deepEqual([answer.status, reasonOf(answer)], [421, 'unknown-host'], JSON.stringify(claims));
        }
        await edge.close();
      });
    }
  }
});
