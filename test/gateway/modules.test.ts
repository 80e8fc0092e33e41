/** The optional modules of pools and state are handed on as one object. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ALL_FEATURES } from '#src/gateway/runtime/features.js';
import { loadModules } from '#src/gateway/runtime/modules.js';

test('no optional module hides what another one exports', async () => {
  const { strategies, drawing, breakers, httpProbes, mcpProbes, dns, credentials, ask, lookup } = ALL_FEATURES;
  const { itemRules, secrets, toServer, tokens, towards, forward, exchange, resources, environmentRate } = ALL_FEATURES;
  const asked = [ask, lookup, itemRules, secrets, toServer, tokens, towards, forward, exchange, resources, environmentRate];
  const spread = [strategies, drawing, breakers, httpProbes, mcpProbes, dns, credentials, ...asked];
  const names = (await Promise.all(spread.map((load) => load()))).flatMap((module) => Object.keys(module));
  assert.deepEqual(names.filter((name, index) => names.indexOf(name) !== index), []);
  const loaded = Object.keys(await loadModules(ALL_FEATURES));
  assert.deepEqual(loaded.sort(), [...names, 'childInstance'].sort());
});
