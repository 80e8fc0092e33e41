/** The optional modules of pools and state are handed on as one object. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ALL_FEATURES } from '#src/gateway/runtime/features.js';
import { loadModules } from '#src/gateway/runtime/modules.js';

test('no optional module hides what another one exports', async () => {
  const { strategies, drawing, breakers, httpProbes, mcpProbes, dns, credentials, itemRules, secrets } = ALL_FEATURES;
  const spread = [strategies, drawing, breakers, httpProbes, mcpProbes, dns, credentials, itemRules, secrets];
  const names = (await Promise.all(spread.map((load) => load()))).flatMap((module) => Object.keys(module));
  assert.deepEqual(names.filter((name, index) => names.indexOf(name) !== index), []);
  const loaded = Object.keys(await loadModules(ALL_FEATURES));
  assert.deepEqual(loaded.sort(), [...names, 'childInstance'].sort());
});
