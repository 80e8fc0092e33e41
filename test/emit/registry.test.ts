import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { emit } from '#src/emit/registry.js';
import { chosenTargets, TARGETS, type Assets } from '#src/emit/types.js';
import { emitInput } from '../support/emit-input.js';
import { examplePlan } from '../support/example.js';

const PLAN = examplePlan();
const NO_TARGETS = examplePlan({ targets: { nginx: null, compose: null, kubernetes: null, fly: null } });
const { assets } = emitInput();

/** Assets that count how often the gateway is baked. */
function counted(): { readonly assets: Assets; readonly bakings: () => number } {
  let bakings = 0;
  const gatewayModule = (path: string): string => {
    if (path === 'main.js') bakings++;
    return assets.gatewayModule(path);
  };
  return { assets: { ...assets, gatewayModule }, bakings: () => bakings };
}

describe('the targets', () => {
  it('of a plan are the gateway and the targets that it names', () => {
    assert.deepEqual(chosenTargets(PLAN), TARGETS);
    assert.deepEqual(chosenTargets(NO_TARGETS), ['gateway']);
    assert.deepEqual(chosenTargets(examplePlan({ targets: { nginx: null, kubernetes: null } })), ['gateway', 'compose', 'fly']);
  });

  it('are all emitted, in one order, each with the files of its folder', async () => {
    const emitted = await emit(PLAN, assets, null);
    assert.deepEqual(Object.keys(emitted), TARGETS);
    for (const [target, { files }] of Object.entries(emitted)) {
      assert.ok(files.length > 0 && files.every(({ path }) => path.startsWith(`${target}/`)), target);
    }
  });

  it('are emitted if both the plan and the caller ask for them', async () => {
    assert.deepEqual(Object.keys(await emit(PLAN, assets, ['fly', 'nginx'])), ['nginx', 'fly']);
    assert.deepEqual(Object.keys(await emit(NO_TARGETS, assets, ['fly', 'gateway'])), ['gateway']);
    assert.deepEqual(await emit(PLAN, assets, []), {});
  });

  it('have documents of their own types', async () => {
    const { gateway, nginx, compose, kubernetes, fly } = await emit(PLAN, assets, null);
    assert.ok(gateway?.document.files.some(({ path }) => path === 'gateway/main.js'));
    assert.equal(nginx?.document.files[0]?.path, 'nginx/nginx.conf');
    assert.equal(compose?.document.file.name, 'acme-tools');
    assert.equal(kubernetes?.document.kustomization.kind, 'Kustomization');
    assert.equal(fly?.document.apps[0]?.name, 'acme-tools');
  });

  it('bake the gateway once, and not at all if no target reads it', async () => {
    for (const [targets, wanted] of [[null, 1], [['compose', 'kubernetes'], 1], [['gateway'], 1], [['nginx'], 0], [[], 0]] as const) {
      const { assets, bakings } = counted();
      await emit(PLAN, assets, targets);
      assert.equal(bakings(), wanted, String(targets));
    }
  });
});
