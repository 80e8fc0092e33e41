/** Gateways and their issuers: keys that change under load, issuers that are down, slow, lying or huge, and whom all that concerns. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { request, type ErrorBody } from '../../support/gateway-messages.js';
import { as, failToStart, startGateway, temporaryFolder, type RunningGateway } from '../../support/gateway.js';
import { ask, until } from '../../support/http.js';
import { issuerKey, secretTokenOf, seconds, startIssuer, type Issuer, type IssuerFault } from '../../support/issuer.js';
import { answerAll, startUpstream, type FakeUpstream } from '../../support/upstreams.js';
import { AUDIENCE, bearing, issuedBy, issuerTable, startTokenGateway, tokenConfig } from './token-gateway.js';

let upstream: FakeUpstream;
before(async () => {
  upstream = await startUpstream();
  upstream.behave = answerAll;
});
const issuers: Issuer[] = [];
after(() => Promise.all(issuers.map((one) => one.close())));

async function issuing(...kids: readonly string[]): Promise<Issuer> {
  const issuer = await startIssuer(kids.map((kid) => issuerKey('ES256', kid)), AUDIENCE);
  issuers.push(issuer);
  return issuer;
}
const list = { path: '/mcp/search', message: request('tools/list') };
const call = ({ port }: RunningGateway, headers: Readonly<Record<string, string>>) => ask(port, { ...list, headers });

/** Asks over and over, a few at a time, until told to stop. @returns the statuses that were not 200, and how many requests there were */
function load(gateway: RunningGateway, headers: () => Readonly<Record<string, string>>) {
  let goesOn = true;
  let count = 0;
  const failed: string[] = [];
  const loops = Array.from({ length: 4 }, async () => {
    while (goesOn) {
      const answer = await call(gateway, headers());
      count++;
      if (answer.status !== 200) failed.push(`${answer.status} ${answer.text}`);
    }
  });
  return {
    count: () => count,
    more: (by: number) => until('more requests', ((from) => () => count >= from + by)(count), 30_000),
    async end() {
      goesOn = false;
      await Promise.all(loops);
      return failed;
    },
  };
}

describe('a gateway and its issuer', () => {
  test('tokens are accepted and logged by their subject; no token is in any log, and none goes on to a server', async () => {
    const issuer = await issuing('one');
    const gateway = await startTokenGateway([issuerTable(issuer)], { pools: { search: [upstream.url] } });
    await issuer.untilAsked(1);
    const token = issuer.token('ann', { azp: 'the-app' });
    assert.equal((await call(gateway, bearing(token))).status, 200);
    assert.equal((await call(gateway, bearing(token))).status, 200);
    assert.equal(upstream.received.at(-1)?.headers['authorization'], undefined);
    const line = await gateway.waitFor('request', ({ status }) => status === 200);
    assert.deepEqual([line['issuer'], line['subject'], line['client']], [issuer.url, 'ann', 'the-app']);
    const bad = [
      [issuer.token('ann', { exp: seconds(-1) }), 'token-expired'],
      [issuer.token('ann', { aud: 'else' }), 'token-audience'],
      ['a.b.c', 'token-malformed'],
    ] as const;
    for (const [text, why] of bad) {
      const answer = await call(gateway, bearing(text));
      assert.deepEqual([answer.status, (JSON.parse(answer.text) as ErrorBody).error.data.reason], [401, 'credentials-invalid']);
      assert.match(answer.headers['www-authenticate'] ?? '', /error="invalid_token"/);
      assert.equal((await gateway.waitFor('request', (line) => line['why'] === why))['reason'], 'credentials-invalid');
    }
    assert.equal((await call(gateway, { 'x-api-key': token })).status, 401, 'a token is a bearer and nothing else');
    const all = gateway.logs.map((one) => JSON.stringify(one)).join('\n');
    for (const part of token.split('.')) assert.equal(all.includes(part), false);
    const metrics = await gateway.metrics();
    assert.equal(metrics.get('mcpgen_auth_attempts_total{outcome="accepted"}'), 2);
    await gateway.stop();
  });

  test('in two workers, each of which has the keys', async () => {
    const issuer = await issuing('one');
    const config = tokenConfig({ workers: 2 });
    const gateway = await startTokenGateway([issuerTable(issuer)], { config, pools: { search: [upstream.url] } });
    const answers = await Promise.all(Array.from({ length: 20 }, () => call(gateway, bearing(issuer.token('ann')))));
    assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200]);
    await gateway.stop();
  });

  test('HS256 wants a secret of 32 bytes', async () => {
    const table = issuerTable({ url: 'https://own.example.com', jwks: '' }, { keys: { kind: 'secret', secret: 'HS' }, algorithms: ['HS256'] });
    const config = tokenConfig();
    const overrides = issuedBy(config, [table]);
    const failed = await failToStart({ config, overrides, env: { HS: 'x'.repeat(31) } });
    assert.deepEqual([failed.code, /secret HS is shorter than 32 bytes/.test(failed.stderr)], [2, true]);
    const secret = 'y'.repeat(32);
    const gateway = await startGateway({ config, overrides, env: { HS: secret }, pools: { search: [upstream.url] } });
    const token = secretTokenOf(secret, { iss: table.issuer, aud: AUDIENCE, sub: 'ann', exp: seconds(60) });
    assert.equal((await call(gateway, bearing(token))).status, 200);
    await gateway.stop();
  });
});

describe('rotation under load fails no request', () => {
  test('of the keys of an issuer, which signs with the new one at once', async () => {
    const issuer = await issuing('one');
    const gateway = await startTokenGateway([issuerTable(issuer)], { pools: { search: [upstream.url] } });
    let subject = 0;
    const running = load(gateway, () => bearing(issuer.token(`user ${subject++ % 50}`)));
    await running.more(100);
    const [old] = issuer.keys;
    for (const kid of ['two', 'three']) {
      issuer.keys = [issuerKey('ES256', kid), ...(old ? [old] : [])];
      await running.more(100);
    }
    assert.deepEqual(await running.end(), []);
    await gateway.stop();
  });

  test('of keys of the environment', async () => {
    const folder = temporaryFolder();
    const file = join(folder, 'key');
    const [OLD, NEW] = ['sk-old-0123456789', 'sk-new-0123456789'];
    const config = tokenConfig();
    const overrides = issuedBy(config, [], true);
    writeFileSync(file, `${OLD}:keyed:read`);
    const env = { API_KEY_1: `${OLD}:keyed:read`, API_KEY_2_FILE: file };
    // Two variables with one key.
    assert.match((await failToStart({ config, overrides, env })).stderr, /API_KEY_1 and API_KEY_2 have the same value/);
    writeFileSync(file, `${OLD}:keyed:read`);
    const gateway = await startGateway({ config, overrides, env: { API_KEY_2_FILE: file }, pools: { search: [upstream.url] } });
    let key = OLD;
    const declared = load(gateway, () => as('keyed'));
    await declared.more(50);
    assert.equal((await call(gateway, bearing(key))).status, 200);
    writeFileSync(file, `${NEW}:keyed:read`);
    assert.equal((await gateway.sighup(config, undefined, overrides))['event'], 'reloaded');
    key = NEW;
    assert.deepEqual([(await call(gateway, bearing(NEW))).status, (await call(gateway, bearing(OLD))).status], [200, 401]);
    writeFileSync(file, `${NEW}:nobody:read`);
    const failed = await gateway.sighup(config, undefined, overrides);
    assert.equal(failed['event'], 'reload-failed');
    assert.equal(JSON.stringify(failed).includes(NEW), false);
    await declared.more(50);
    assert.deepEqual(await declared.end(), []);
    await gateway.stop();
  });
});

describe('an issuer that fails', () => {
  for (const fault of ['down', 'silent', 'huge', 'no-keys', 'no-json', 'redirect', 'error'] satisfies IssuerFault[]) {
    test(`${fault}: its tokens are 503 and not thrown away; keys and tokens of others are served as ever`, async () => {
      const [bad, well] = [await issuing('one'), await issuing('two')];
      bad.fault = fault;
      const gateway = await startTokenGateway([issuerTable(bad), issuerTable(well)], { pools: { search: [upstream.url] } });
      await bad.untilAsked(1);
      const others = [load(gateway, () => as('keyed')), load(gateway, () => bearing(well.token('ann')))];
      const answers = await Promise.all(Array.from({ length: 10 }, (_, at) => call(gateway, bearing(bad.token(`user ${at}`)))));
      for (const { status, headers, text } of answers) {
        assert.deepEqual([status, (JSON.parse(text) as ErrorBody).error.data.reason], [503, 'issuer-unavailable']);
        assert.ok(Number(headers['retry-after']) >= 1);
        assert.equal(headers['www-authenticate'], undefined);
      }
      for (const other of others) {
        await other.more(20);
        assert.deepEqual(await other.end(), []);
      }
      const line = await gateway.waitFor('issuer-unavailable');
      assert.equal(line['issuer'], bad.url);
      bad.fault = null;
      await until('its keys', async () => (await call(gateway, bearing(bad.token('ann')))).status === 200, 30_000);
      await gateway.stop();
    });
  }
  test('later: tokens that its last keys have signed are good, and one that names another key is 503', async () => {
    const issuer = await issuing('one');
    const gateway = await startTokenGateway([issuerTable(issuer)], { pools: { search: [upstream.url] } });
    await gateway.waitFor('issuer-keys');
    issuer.fault = 'down';
    assert.equal((await call(gateway, bearing(issuer.token('ann')))).status, 200);
    assert.equal((await call(gateway, bearing(issuer.token('ann', {}, issuerKey('ES256', 'new'))))).status, 503);
    assert.equal((await call(gateway, bearing(issuer.token('bob')))).status, 200);
    await gateway.stop();
  });
  test('invented keys cost it a question now and then, and cost whoever invents them', async () => {
    const issuer = await issuing('one');
    const gateway = await startTokenGateway([issuerTable(issuer)], { pools: { search: [upstream.url] } });
    await gateway.waitFor('issuer-keys');
    const forged = issuerKey('ES256', 'forged');
    const flood = Promise.all(Array.from({ length: 100 }, (_, at) => call(gateway, bearing(issuer.token(`x ${at}`, {}, { ...forged, kid: `kid ${at}` })))));
    const good = load(gateway, () => bearing(issuer.token('ann')));
    const statuses = new Set((await flood).map(({ status }) => status));
    assert.deepEqual([...statuses], [401]);
    assert.deepEqual(await good.end(), []);
    assert.ok(issuer.asked <= 4, `${issuer.asked}`);
    await gateway.stop();
  });
});
