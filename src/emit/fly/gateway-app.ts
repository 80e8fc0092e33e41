import { longestTimeout } from '../../plan/longest-timeout.js';
import type { Plan } from '../../plan/types.js';
import type { Assets } from '../types.js';
import { dockerfile } from '../shared/dockerfile.js';
import { httpProbe } from '../shared/probe-script.js';
import { seconds } from '../shared/quantity.js';
import type { Runnable } from '../shared/runnable.js';
import { appName, BUILD, clamped, environment, head, target, whole } from './app.js';
import { flySecrets } from './secrets.js';
import type { FlyApp, HttpService } from './types.js';
import { machine } from './vm.js';

export function gatewayApp(plan: Plan, gateway: Runnable, assets: Assets): FlyApp {
  const name = appName(plan, gateway);
  return {
    name,
    workload: gateway.id,
    org: target(plan).org,
    machines: gateway.replicas,
    about: [],
    config: {
      ...head(plan, gateway),
      build: BUILD,
      deploy: { strategy: 'rolling' },
      ...environment(plan, gateway),
      http_service: httpService(plan, gateway),
      vm: [machine(plan, null)],
    },
    dockerfile: dockerfile(assets, gateway, {
      path: `fly/${name}/Dockerfile`,
      how: ['Build context: the folder that holds gateway/ and fly/.'],
      bundled: true,
      healthcheck: httpProbe(gateway.port, '/health/live', gateway.health.timeout),
    }),
    secrets: flySecrets(plan, gateway),
  };
}

function httpService(plan: Plan, gateway: Runnable): HttpService {
  const { limits } = plan.traffic;
  const { scaleToZero } = target(plan);
  return {
    internal_port: gateway.port,
    force_https: true,
    // Both or neither: a machine that is stopped and never started stays stopped.
    auto_stop_machines: scaleToZero ? 'stop' : 'off',
    auto_start_machines: scaleToZero,
    min_machines_running: scaleToZero ? 0 : gateway.replicas,
    // An open stream is one request for as long as it lasts, and others must still fit beside all of them.
    concurrency: { type: 'requests', soft_limit: Math.max(1, Math.floor(limits.streams * 0.8)), hard_limit: limits.streams + 250 },
    http_options: { idle_timeout: seconds(longestTimeout(plan.traffic, 'idleStream')) },
    checks: [
      {
        grace_period: whole(gateway.health.startup),
        interval: clamped(gateway.health.every),
        timeout: clamped(gateway.health.timeout),
        method: 'GET',
        path: '/health/ready',
        protocol: 'http',
        // A redirect to https is a failed check.
        headers: { 'X-Forwarded-Proto': 'https' },
      },
    ],
  };
}
