import assert from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { secretLiteral as rule } from '#src/policy/rules/access/secret-literal.js';
import { emit, type EmittedTargets } from '#src/emit/registry.js';
import type { Target } from '#src/emit/types.js';
import { isSecretName, isSecretUnder, secretIn } from '#src/diagnostics/secret-shapes.js';
import type { Plan } from '#src/plan/types.js';
import { emitInput } from '../../../support/emit-input.js';
import { examplePlan, existing, image, npm } from '../../../support/example.js';
import { randomOf } from '../../../support/random.js';
import { findingsOf, found, localPlanOf, planOf } from '../../support.js';

// Put together, so that no scanner mistakes this file for a leak.
const GITHUB = `ghp_${'aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0eF3hJ6'}`;
const AWS = `AKIA${'IOSFODNN7EXAMPLE'}`;
const DIGEST = createHash('sha256').update('x').digest('hex');

const withEnv = (env: Readonly<Record<string, string>>): Plan => planOf({ servers: { search: image({ env }) } });
const emitted = (env: Readonly<Record<string, string | { readonly secret: string }>>, targets: readonly Target[]): Promise<EmittedTargets> =>
  emit(examplePlan({ servers: { search: image({ env }) } }), emitInput().assets, targets);
const { compose: UNSUSPICIOUS } = await emitted({}, ['compose']);
/** The document of a compose target without secrets, said to have printed this file. */
const fileOf = (contents: string): EmittedTargets => ({
  compose: { document: UNSUSPICIOUS!.document, files: [{ path: 'compose/compose.yaml', contents }] },
});

test('a literal under a secret name, at the variable', () => {
  const [finding] = findingsOf(rule, withEnv({ DB_PASSWORD: 'postgres' }));
  assert.equal(finding?.at, 'servers.search.env.DB_PASSWORD');
  assert.equal(finding?.severity, 'error');
  assert.match(finding?.help ?? '', /write secret\('DB_PASSWORD'\)/);
  assert.deepEqual(finding?.fix?.edits, [{ at: 'servers.search.env.DB_PASSWORD', text: "secret('DB_PASSWORD')" }]);
});

test('a vendor’s token and a random string, whatever the name is', () => {
  assert.match(findingsOf(rule, withEnv({ LABEL: GITHUB }))[0]?.message ?? '', /variable LABEL of search holds a GitHub token/);
  assert.match(findingsOf(rule, withEnv({ LABEL: 'q7Zk2LmX9vB4nRt6WsYp1CdF8hJg3KaE' }))[0]?.message ?? '', /a random string/);
});

test('no finding ever shows the value, and each asks for its line not to be shown', () => {
  for (const value of [GITHUB, AWS, 'hunter2hunter2']) {
    const findings = findingsOf(rule, withEnv({ API_KEY: value }), { documents: fileOf(`API_KEY: ${value}\nother: ${value}\n`) });
    assert.ok(findings.length > 0);
    assert.ok(findings.every(({ sensitive }) => sensitive));
    assert.doesNotMatch(JSON.stringify(findings), new RegExp(value));
  }
});

test('options of a stdio command, joined or apart', () => {
  for (const command of [
    ['server', '--api-key', 'hunter2'],
    ['server', '--api-key=hunter2'],
    ['server', '--token', GITHUB],
    ['docker', 'run', '-e', 'API_KEY=hunter2', 'x'],
    ['mcp-remote', '--header', 'Authorization: Bearer hunter2'],
  ] as const) {
    const plan = planOf({ servers: { files: npm('@acme/files@1.0.0', { command }) } });
    assert.deepEqual(found(rule, plan), ['error servers.files.command'], command.join(' '));
  }
});

test('options that hold no secret are not', () => {
  const command = [
    'server',
    '--root',
    '/data',
    '--token-file',
    '/run/secrets/token',
    '-e',
    'API_KEY',
    '--header',
    'Authorization: Bearer ${TOKEN}',
    '--verbose',
    '--password',
    '--max-tokens=4096',
  ] as const;
  assert.deepEqual(found(rule, planOf({ servers: { files: npm('@acme/files@1.0.0', { command }) } })), []);
});

test('parameters of an instance, and any other text of the config', () => {
  assert.deepEqual(found(rule, planOf({ servers: { crm: existing('https://crm.acme.test/mcp?api_key=hunter2') } })), [
    'error servers.crm.instances',
  ]);
  const plan = planOf();
  const owner = { ...plan.traffic.origins[0]!, note: `ask with ${GITHUB}` };
  assert.deepEqual(found(rule, planOf({ traffic: { origins: [owner] } })), ['error origins.app']);
});

test('on loopback it is a warning', () => {
  assert.deepEqual(found(rule, localPlanOf({ servers: { search: image({ env: { DB_PASSWORD: 'postgres' } }) } })), [
    'warn servers.search.env.DB_PASSWORD',
  ]);
});

test('the files that show it are listed', () => {
  const documents = fileOf(`services:\n  search:\n    environment:\n      DB_PASSWORD: postgres\n    image: postgres:16\n`);
  assert.deepEqual(findingsOf(rule, withEnv({ DB_PASSWORD: 'postgres' }), { documents })[0]?.artefacts, [
    { file: 'compose/compose.yaml', line: 4 },
  ]);
});

test('a secret in a file that the plan does not account for points at the target', () => {
  const [finding] = findingsOf(rule, planOf(), { documents: fileOf(`a: 1\nb: ${GITHUB}\n`) });
  assert.deepEqual([finding?.at, finding?.artefacts], ['targets.compose', [{ file: 'compose/compose.yaml', line: 2 }]]);
});

test('one that the plan accounts for is reported once, also when it is escaped or has several lines', () => {
  const key = '-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7\n-----END PRIVATE KEY-----\n';
  const documents = fileOf(`TLS: ${JSON.stringify(key)}\nblock: |\n${key.replace(/^/gm, '  ')}`);
  assert.deepEqual(found(rule, withEnv({ TLS: key }), { documents }), ['error servers.search.env.TLS']);
});

test('variables of a document that the plan does not account for are judged by their names', async () => {
  const documents = await emitted({ DB_PASSWORD: 'postgres' }, ['compose', 'kubernetes']);
  assert.deepEqual(found(rule, planOf(), { documents }), ['error targets.compose', 'error targets.kubernetes']);
  const references = await emitted({ API_KEY: { secret: 'API_KEY' }, API_KEY_FILE: '/run/secrets/API_KEY' }, ['compose', 'kubernetes', 'fly']);
  assert.deepEqual(Object.keys(references), ['compose', 'kubernetes', 'fly']);
  assert.deepEqual(found(rule, planOf(), { documents: references }), []);
});

test('names of secrets', () => {
  for (const name of [
    'DB_PASSWORD',
    'apiKey',
    'API_KEY',
    'x-api-key',
    'api-key',
    'SECRET',
    'JWT_SECRET_KEY',
    'GITHUB_TOKEN',
    'clientSecret',
    'SMTP_PASS',
    'SESSION_KEY',
    'AWS_SECRET_ACCESS_KEY',
  ]) {
    assert.equal(isSecretName(name), true, name);
  }
});

test('names that are only about secrets, or only sound like them', () => {
  const names = [
    'TOKEN_TTL',
    'MAX_TOKENS',
    'API_KEY_FILE',
    'SECRET_NAME',
    'TOKENIZER',
    'PUBLIC_KEY',
    'PRIMARY_KEY',
    'CACHE_KEY',
    'KEYBOARD',
    'PASSENGERS',
    'BYPASS',
    'AUTH_URL',
    'JWT_ISSUER',
    'ACCESS_LOG',
    'TOKEN_EXPIRATION_HOURS',
    'SECRETS_BACKEND',
    'COMPASS',
    'SECRETARY',
  ];
  for (const name of names) assert.equal(isSecretName(name), false, name);
});

test('values that keep no secret', () => {
  for (const value of ['', ' ', 'true', 'off', '${TOKEN}', '$TOKEN', '{{ token }}', '/run/secrets/token', 'secret:TOKEN', '4096'])
    assert.equal(isSecretUnder('TOKEN', value), false, value);
  for (const value of ['x', '1234567', 'true-ish']) assert.equal(isSecretUnder('TOKEN', value), true, value);
  assert.equal(isSecretUnder('DB_PASSWORD', '1234'), true);
});

test('texts that look like secrets and are not', () => {
  const texts = [
    DIGEST,
    DIGEST.toUpperCase(),
    DIGEST.slice(0, 40),
    `sha256:${DIGEST}`,
    `ghcr.io/acme/search:1.4.2@sha256:${DIGEST}`,
    `sha512-${Buffer.from(DIGEST.repeat(2), 'hex').toString('base64')}`,
    randomUUID(),
    randomUUID().toUpperCase(),
    '00000000-0000-0000-0000-000000000000',
    Buffer.from('this is a sentence about nothing in particular').toString('base64'),
    Buffer.alloc(32).toString('base64'),
    'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
    'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+/',
    'getCustomerOrdersByIdentifierVersion2',
    'XMLHttpRequestEventTargetEventMap',
    '/usr/lib/node_modules/@modelcontextprotocol/server-filesystem/dist/index.js',
    'https://github.com/modelcontextprotocol/servers/blob/main/src/filesystem/README.md',
    'acme-tools-search-7f9c6d5b8-x2x4z',
    'mcp-server-filesystem-2026.8.1-linux-x64',
    '2026-07-28T09:01:49.123Z',
    'https://user@host.test/',
    'http://localhost:8080/x@y',
    'postgres://db.acme.test:5432/search',
    'Authorization: Bearer ${TOKEN}',
    'npm_config_registry',
    'sk-learn-models-for-everybody-in-the-house',
    'application/vnd.oci.image.manifest.v1+json',
    "default-src 'self'; script-src 'self'",
  ];
  for (const text of texts) assert.equal(secretIn(text), null, text);
});

test('texts that are secrets', () => {
  const texts = [
    GITHUB,
    `key ${AWS}.`,
    'postgres://app:hunter2@db.acme.test:5432/search',
    'redis://:hunter2@cache.acme.test',
    '-----BEGIN RSA PRIVATE KEY-----',
    'Authorization: Bearer abcdef0123456789abcdef',
    `eyJhbGciOiJIUzI1NiJ9.${Buffer.from('{"sub":"1234567890"}').toString('base64url')}.dBjftJeZ4CVPmB92K27uhbUJU1p1rwW1gFWFOEjXk`,
  ];
  for (const text of texts) assert.notEqual(secretIn(text), null, text);
});

test('random strings are found nearly always, and hexadecimal and words never', () => {
  const { pick } = randomOf();
  const base62 = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'];
  const hexadecimal = [...'0123456789abcdef'];
  const words = ['search', 'Customer', 'order', 'Gateway', 'index', 'v2', 'server', 'Tools', 'http', 'Id'];
  let missed = 0;
  for (let round = 0; round < 2000; round++) {
    if (secretIn(Array.from({ length: 40 }, () => pick(base62)).join('')) === null) missed++;
    assert.equal(secretIn(Array.from({ length: 64 }, () => pick(hexadecimal)).join('')), null);
    const name = Array.from({ length: 6 }, () => pick(words)).join(pick(['', '-', '_']));
    assert.equal(secretIn(name), null, name);
  }
  assert.ok(missed < 100, `${missed} of 2000 missed`);
});
