/** Keys that change while clients work: whoever has the old one, or a session that it sealed, goes on until the config names it no more. */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { initialize, request } from '../../support/gateway-messages.js';
import { gatewayConfig, type Config } from '../../support/gateway-tables.js';
import { secretValue, startGateway, type RunningGateway } from '../../support/gateway.js';
import { ask, until } from '../../support/http.js';
import { startUpstream, withSessions, type FakeUpstream } from '../../support/upstreams.js';

const NAMES = ['OLD_KEY', 'NEW_KEY', 'OLD_SEAL', 'NEW_SEAL'] as const;
type Name = (typeof NAMES)[number];

const configOf = (keys: readonly Name[], seals: readonly Name[]): Config =>
  gatewayConfig({
    auth: { clients: { acme: { keys: keys.map((secret) => ({ secret })) } } },
    gateway: { sessionKeys: seals.map((secret) => ({ secret })), limits: { perAddress: '100000/s' } },
  });
const bearing = (key: Name) => ({ authorization: `Bearer ${secretValue(key)}` });

let upstream: FakeUpstream;
before(async () => {
  upstream = await startUpstream();
  upstream.behave = withSessions();
});

async function opened({ port }: RunningGateway, key: Name): Promise<string> {
  const { status, headers } = await ask(port, { path: '/mcp/search', message: initialize, headers: bearing(key) });
  assert.equal(status, 200);
  return String(headers['mcp-session-id']);
}

/** One client in its session, which asks without a pause by whatever key it has by now. */
function working({ port }: RunningGateway, session: string) {
  const client = { key: 'OLD_KEY' as Name, count: 0, failed: [] as string[], isDone: false };
  const loop = (async () => {
    while (!client.isDone) {
      const headers = { ...bearing(client.key), 'mcp-session-id': session };
      const { status, text } = await ask(port, { path: '/mcp/search', message: request('tools/list'), headers });
      client.count++;
      if (status !== 200) client.failed.push(`${status} ${text}`);
    }
  })();
  return {
    client,
    more: (by: number) => until('more requests', ((from) => () => client.count >= from + by)(client.count), 30_000),
    end: async () => {
      client.isDone = true;
      await loop;
      return client.failed;
    },
  };
}

test('keys of a client and of sessions are rotated under load, and no request fails', async () => {
  const env = Object.fromEntries(NAMES.map((name) => [name, secretValue(name)]));
  const gateway = await startGateway({ config: configOf(['OLD_KEY'], ['OLD_SEAL']), env, pools: { search: [upstream.url] } });
  const workers = [working(gateway, await opened(gateway, 'OLD_KEY')), working(gateway, await opened(gateway, 'OLD_KEY'))];
  const more = () => Promise.all(workers.map((worker) => worker.more(30)));
  const turnTo = async (config: Config) => assert.equal((await gateway.sighup(config))['event'], 'reloaded');
  await more();
  // The new ones are known beside the old ones.
  await turnTo(configOf(['OLD_KEY', 'NEW_KEY'], ['NEW_SEAL', 'OLD_SEAL']));
  const late = working(gateway, await opened(gateway, 'NEW_KEY'));
  late.client.key = 'NEW_KEY';
  await more();
  for (const { client } of workers) client.key = 'NEW_KEY';
  await more();
  // What nobody uses any more goes.
  await turnTo(configOf(['NEW_KEY'], ['NEW_SEAL', 'OLD_SEAL']));
  await more();
  assert.deepEqual((await Promise.all(workers.map((worker) => worker.end()))).flat(), []);
  await turnTo(configOf(['NEW_KEY'], ['NEW_SEAL']));
  await late.more(30);
  assert.deepEqual(await late.end(), []);
  // Whoever comes with what is gone is refused.
  const { status } = await ask(gateway.port, { path: '/mcp/search', message: request('tools/list'), headers: bearing('OLD_KEY') });
  assert.equal(status, 401);
  await gateway.stop();
});
