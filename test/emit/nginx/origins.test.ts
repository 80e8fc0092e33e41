/** The patterns of the origin map decide as the gateway's matcher does. Both are asked about many origins, allowed and almost allowed, without nginx. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { gatewayTables } from '#src/emit/gateway/tables.js';
import { origins } from '#src/emit/nginx/origins.js';
import type { Entry } from '#src/emit/nginx/types.js';
import { originAllowed, originMatcher } from '#src/gateway/runtime/decision/origin.js';
import { widePlan } from '../../nginx/plans.js';
import { randomOf, SEED } from '../../support/random.js';

const SCHEMES = ['https://', 'http://', 'HTTPS://', 'https:/', 'ws://', ''];
const LABELS = [
  'app', 'admin', 'a', 'x-1', 'preview', 'stage', 'acme', 'test', 'localhost', '127', '0', '1', 'ngrok', 'ngrok-free', 'io', 'evil', '', '*', 'A',
  '_', 'é',
];
const SUFFIXES = [
  '', '.preview.acme.test', '.stage.acme.test', '.app.acme.test', '.ngrok-free.app', '.ngrok.io', '.acme.test', 'app.acme.test', 'admin.acme.test',
  'localhost', '127.0.0.1', '[::1]', '[::2]', '.',
];
const PORTS = ['', '', ':8443', ':8080', ':443', ':0', ':1', ':65535', ':99999', ':123456', ':', ':x', '/', '|', '?', ',https://app.acme.test', ' '];

/** Looks a value up as ngx_http_map_module does: first the string keys, without regard to case, and then the patterns in their order. */
function lookUp(entries: readonly Entry[], value: string): string {
  const exact = entries.find(({ key }) => key.kind === 'map-key' && key.value.toLowerCase() === value.toLowerCase());
  const matches = ({ key }: Entry): boolean =>
    key.kind === 'map-pattern' && new RegExp(key.value.replace(/^~\*?/, ''), key.value.startsWith('~*') ? 'i' : '').test(value);
  const found = exact ?? entries.find(matches);
  return (found ?? entries[0]!).value.value;
}

it(`origin patterns agree with the gateway's matcher, seed ${SEED}`, () => {
  const plan = widePlan();
  const map = origins(plan.traffic).find((item) => item.kind === 'directive' && item.args[1]?.value === '$mcp_origin_is');
  assert.ok(map?.kind === 'directive');
  const entries = map.block!.filter((item) => item.kind === 'entry');
  const { below, pick } = randomOf();
  const allowed = new Map<string, number>();
  for (const [id, table] of gatewayTables(plan).originSets) {
    const matcher = originMatcher(table);
    for (let i = 0; i < 20_000; i++) {
      const host = Array.from({ length: below(3) }, () => pick(LABELS)).join('.') + pick(SUFFIXES);
      const origin = pick(SCHEMES) + host + pick(PORTS);
      const expected = origin === '' ? 'absent' : originAllowed(matcher, origin.toLowerCase()) ? 'allowed' : origin.includes(',') ? 'repeated' : 'refused';
      assert.equal(lookUp(entries, `${id}|${origin}`), expected, `${id} ${JSON.stringify(origin)}`);
      if (expected === 'allowed') allowed.set(id, (allowed.get(id) ?? 0) + 1);
    }
  }
  assert.deepEqual([...allowed.keys()], ['anything', 'app', 'app+previews', 'laptop+tunnel'], 'each set but the rejected one lets some pass');
});
