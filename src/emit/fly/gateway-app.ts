import { isIP } from 'node:net';
import { longestTimeout } from '../../plan/longest-timeout.js';
import { isLoopbackHost } from '../../plan/loopback.js';
import type { Plan } from '../../plan/types.js';
import type { Assets } from '../types.js';
import { dockerfile } from '../shared/dockerfile.js';
import { environmentSettings } from '../shared/environment-settings.js';
import { httpProbe } from '../shared/probe-script.js';
import { seconds } from '../shared/quantity.js';
import type { Runnable } from '../shared/runnable.js';
import { appName, BUILD, checkSeconds, environment, commonKeys, target, flySeconds } from './app.js';
import { flySecrets } from './secrets.js';
import type { FlyApp, HttpService } from './types.js';
import { machine } from './vm.js';

export function gatewayApp(plan: Plan, gateway: Runnable, assets: Assets): FlyApp {
  const name = appName(plan, gateway);
  return {
    name,
    workload: gateway.id,
    org: target(plan).org,
    network: target(plan).app,
    certificates: certificates(plan),
    machines: gateway.replicas,
    about: [],
    config: {
      ...commonKeys(plan, gateway),
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
    settings: environmentSettings(plan),
  };
}

/** Host names of our own. Fly itself has a certificate for `*.fly.dev`, gives none for an address, and nobody outside reaches loopback. */
function certificates({ traffic: { hosts } }: Plan): readonly string[] {
  const isOurs = (name: string): boolean => isIP(name) === 0 && name.includes('.') && !isLoopbackHost(name) && !/\.(fly\.dev|internal|flycast)$/.test(name);
  return [...new Set(hosts.map(({ name }) => name))].filter(isOurs).sort();
}

function httpService(plan: Plan, gateway: Runnable): HttpService {
  const { limits } = plan.traffic;
  const { scaleToZero } = target(plan);
  return {
    internal_port: gateway.port,
    force_https: true,
    // Fly must start machines again where it stops them, or a stopped machine would stay stopped.
    auto_stop_machines: scaleToZero ? 'stop' : 'off',
    auto_start_machines: scaleToZero,
    min_machines_running: scaleToZero ? 0 : gateway.replicas,
    // Fly counts an open stream as one request for as long as it lasts. Beside all streams there must be room for other requests.
    concurrency: { type: 'requests', soft_limit: Math.max(1, Math.floor(limits.streams * 0.8)), hard_limit: limits.streams + 250 },
    http_options: { idle_timeout: seconds(longestTimeout(plan.traffic, 'idleStream')) },
    checks: [
      {
        grace_period: flySeconds(gateway.health.startup),
        interval: checkSeconds(gateway.health.every),
        timeout: checkSeconds(gateway.health.timeout),
        method: 'GET',
        path: '/health/ready',
        protocol: 'http',
        // The check comes by plain HTTP. This header keeps it from being redirected to HTTPS, which Fly would count as a failure.
        headers: { 'X-Forwarded-Proto': 'https' },
      },
    ],
  };
}
