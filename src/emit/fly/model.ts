import type { Plan } from '../../plan/types.js';
import type { EmitInput } from '../types.js';
import { deployed } from '../shared/runnable.js';
import { gatewayApp } from './gateway-app.js';
import { serverApp } from './server-app.js';
import type { FlyDocument } from './types.js';

export function flyModel(plan: Plan, { assets }: EmitInput): FlyDocument {
  const { gateway, servers } = deployed(plan);
  return { apps: [gatewayApp(plan, gateway, assets), ...servers.map((server) => serverApp(plan, server, assets))] };
}
