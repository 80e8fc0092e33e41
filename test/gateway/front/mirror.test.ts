/** The metadata of the authorization server, asked for once and kept, and what becomes of them when it misbehaves. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMirror, type Mirrored } from '#src/gateway/runtime/front/mirror.js';
import { startAuthorizationServer, type AuthorizationServer } from '../../support/authorization-server.js';
import type { Fault } from '../../support/authorization/faults.js';

function mirrorOf({ issuer }: AuthorizationServer, timeout?: number) {
  let now = 0;
  const logged: string[] = [];
  const mirror = createMirror((_level, event) => void logged.push(event), () => now, timeout);
  return { get: () => Promise.resolve(mirror.metadataOf(issuer)), mirror, logged, later: (ms: number) => void (now += ms) };
}

const documentOf = (found: Mirrored): Record<string, unknown> => {
  assert.ok(typeof found === 'string', JSON.stringify(found));
  return JSON.parse(found) as Record<string, unknown>;
};
const whyNot = (found: Mirrored): string => (typeof found === 'string' ? `it is there: ${found}` : found.why);

test('many who ask at once are one question, and the answer is kept', async () => {
  const server = await startAuthorizationServer({ path: '/realms/one' });
  const { get, later } = mirrorOf(server);
  const all = await Promise.all(Array.from({ length: 50 }, get));
  assert.equal(documentOf(all[49] as Mirrored)['token_endpoint'], server.tokenUrl);
  assert.equal(server.asked.length, 1);
  later(299_000);
  await get();
  assert.equal(server.asked.length, 1);
});

test('metadata of OpenID Connect will do where there are no others', async () => {
  const server = await startAuthorizationServer({ path: '/realms/one' });
  server.hidden.add(new URL(server.metadataUrl).pathname).add('/.well-known/openid-configuration/realms/one');
  assert.equal(documentOf(await mirrorOf(server).get())['issuer'], server.issuer);
  assert.equal(server.asked.at(-1)?.path, '/realms/one/.well-known/openid-configuration');
});

const FAULTS: Readonly<Record<Fault, RegExp>> = {
  ...{ down: /./, refusing: /answered 500/, slow: /no answer within/, dripping: /no answer within/ },
  ...{ huge: /longer than/, lying: /another issuer/, redirecting: /redirect/ },
};
for (const [fault, why] of Object.entries(FAULTS)) {
  test(`an authorization server that is ${fault} is unavailable, said once, and not asked again at once`, async () => {
    const server = await startAuthorizationServer();
    const { get, logged, later } = mirrorOf(server, 300);
    server.faults.set('metadata', fault as Fault);
    const all = await Promise.all([get(), get()]);
    for (const found of all) assert.match(whyNot(found), why);
    const { length } = server.asked;
    assert.match(whyNot(await get()), why);
    assert.equal(server.asked.length, length, 'not asked while it is left alone');
    assert.deepEqual(logged, ['authorization-server-unavailable']);
    later(5001);
    server.faults.clear();
    assert.equal(documentOf(await get())['issuer'], server.issuer);
  });
}

test('what was kept answers while new metadata are asked for, and for an hour at most', async () => {
  const server = await startAuthorizationServer();
  const { get, mirror, later } = mirrorOf(server, 300);
  const kept = await get();
  server.faults.set('metadata', 'slow');
  later(300_001);
  assert.equal(mirror.metadataOf(server.issuer), kept, 'at once');
  later(3_300_000);
  assert.match(whyNot(await get()), /no answer within/);
});

test('metadata that would lead clients elsewhere are not passed on', async () => {
  const server = await startAuthorizationServer();
  const bad: readonly (readonly [string, unknown])[] = [
    ['issuer', undefined], ['issuer', `${server.issuer}/other`], ['token_endpoint', undefined], ['authorization_endpoint', 'javascript:alert(1)'],
    ['registration_endpoint', 'not a url'],
  ];
  for (const [name, value] of bad) {
    for (const key of Object.keys(server.metadata)) delete server.metadata[key];
    server.metadata[name] = value;
    assert.match(whyNot(await mirrorOf(server).get()), /its metadata/, `${name} ${String(value)}`);
  }
});

test('another authorization server in the config is another question', async () => {
  const [first, second] = [await startAuthorizationServer(), await startAuthorizationServer()];
  const { mirror } = mirrorOf(first);
  const asked = mirror.metadataOf(first.issuer);
  const found = await mirror.metadataOf(second.issuer);
  assert.equal(documentOf(found)['issuer'], second.issuer);
  await asked;
  assert.equal(mirror.metadataOf(second.issuer), found, 'the first answer did not take its place');
});
