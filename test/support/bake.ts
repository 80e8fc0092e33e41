/** Writes the files of a gateway. Benchmarks use this too, so it must not start a test runner by importing `node:test`. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { assets } from '#src/assets.js';
import { gatewayDocument } from '#src/emit/gateway/index.js';
import type { Plan } from '#src/plan/types.js';
import type { Config } from './gateway-tables.js';
import { planOf, type Overrides } from './planned.js';

/** @param change of the plan, for what no config can say */
export function bakeGateway(config: Config, folder: string, overrides: Overrides = {}, change: (plan: Plan) => Plan = (plan) => plan): Plan {
  const plan = change(planOf(config, overrides));
  for (const { path, contents } of gatewayDocument(plan, assets).files) {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, contents);
  }
  return plan;
}
