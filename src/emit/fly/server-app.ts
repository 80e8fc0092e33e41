import type { Plan } from '../../plan/types.js';
import type { Assets } from '../types.js';
import { dockerfile, type Dockerfile } from '../shared/dockerfile.js';
import { probeAccuracy } from '../shared/platform-health.js';
import { runsOurCode, type Runnable } from '../shared/runnable.js';
import { appName, BUILD, checkSeconds, environment, commonKeys, target, flySeconds } from './app.js';
import { mounts } from './mounts.js';
import { flySecrets } from './secrets.js';
import type { FlyApp, TopLevelCheck } from './types.js';
import { machine } from './vm.js';

/** The private app of a server. It has no service, so that nothing outside reaches it; the gateway finds its machines at `<app>.internal`. */
export function serverApp(plan: Plan, server: Runnable, assets: Assets): FlyApp {
  const name = appName(plan, server);
  const { image } = server;
  const isUnchanged = !runsOurCode(server) && image.kind === 'reference';
  return {
    name,
    workload: server.id,
    org: target(plan).org,
    network: target(plan).app,
    certificates: [],
    machines: server.replicas,
    about: aboutServer(server, name),
    config: {
      ...commonKeys(plan, server),
      build: isUnchanged ? { image: image.reference } : BUILD,
      deploy: { strategy: 'rolling' },
      ...environment(plan, server),
      checks: { mcp: check(server) },
      ...mounts(server),
      // An app without a service has no proxy that would start a stopped machine again.
      restart: [{ policy: 'always' }],
      vm: [machine(plan, server)],
    },
    dockerfile: isUnchanged ? null : ourImage(name, server, assets),
    secrets: flySecrets(plan, server),
    settings: [],
  };
}

function ourImage(name: string, server: Runnable, assets: Assets): Dockerfile {
  return dockerfile(assets, server, {
    path: `fly/${name}/Dockerfile`,
    how: [`The image of server "${server.id}", with the gateway that hosts it. Build context: the folder that holds gateway/ and fly/.`],
    bundled: true,
    takesFoldersOver: true,
  });
}

/** The check of a server. Where Fly cannot ask what `health` asks, the gateway asks it and Fly tests the port alone. */
function check({ port, health }: Runnable): TopLevelCheck {
  const path = health.kind === 'http' && probeAccuracy('fly', health) !== 'port' ? health.path : null;
  return {
    type: path === null ? 'tcp' : 'http',
    port,
    grace_period: flySeconds(health.startup),
    interval: checkSeconds(health.every),
    timeout: checkSeconds(health.timeout),
    ...(path === null ? {} : { method: 'GET', path }),
  };
}

function aboutServer({ kind, port, volumes, replicas }: Runnable, name: string): readonly string[] {
  const shared = replicas > 1 && volumes.some(({ perInstance }) => !perInstance);
  return [
    `Private: reached at ${name}.internal:${port} over IPv6${kind === 'server' ? ', so the server must listen on [::], not on 0.0.0.0' : ''}.`,
    ...(volumes.length > 0 ? ['A volume belongs to one machine: deploy and scale create one for each.'] : []),
    ...(shared ? ['Fly has no shared volumes: each machine has its own data.'] : []),
    ...(volumes.length > 1 ? ['Fly mounts one volume on a machine and refuses more: put the folders on one volume.'] : []),
  ];
}
