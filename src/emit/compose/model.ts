import type { Plan } from '../../plan/types.js';
import type { EmitInput } from '../types.js';
import { dockerfile } from '../shared/dockerfile.js';
import { deployed, type Runnable, type RunnableServer } from '../shared/runnable.js';
import { environmentSettings } from '../shared/environment-settings.js';
import { runtimeDigest } from '../shared/runtime.js';
import { serverServices, type NamedService } from './instances.js';
import { literal } from './interpolation.js';
import { gatewayNetworks, networks } from './networks.js';
import { nginxConf, nginxService } from './nginx.js';
import { published } from './published.js';
import { composeNotes } from './notes.js';
import { composeSecrets, secretFiles } from './secrets.js';
import { service } from './service.js';
import { target } from './target.js';
import type { ComposeDocument, ComposeFile, Service } from './types.js';
import { upstream } from './upstream.js';

export function composeModel(plan: Plan, { assets, gateway: runtimeDocument }: EmitInput): ComposeDocument {
  const { nginx } = plan.infra.targets;
  const workloads = deployed(plan);
  const { gateway, servers } = workloads;
  const secrets = composeSecrets(plan, workloads);
  const upstreamOfNginx = nginx && upstream(plan, nginx, gateway.id, gateway.port);
  const digest = runtimeDigest(runtimeDocument);

  const serversNamed = servers.flatMap((workload) => serverServices(plan, workload, digest));
  const named: readonly NamedService[] = [
    ...(nginx && upstreamOfNginx ? [{ name: 'nginx', service: nginxService(plan, nginx, gateway, upstreamOfNginx.resolution) }] : []),
    { name: gateway.id, service: gatewayService(plan, gateway, servers, serversNamed, digest) },
    ...serversNamed,
  ];
  const file: ComposeFile = {
    name: literal(target(plan).project),
    services: Object.fromEntries(named.map(({ name, service }) => [name, service])),
    networks: networks(gateway, servers),
    ...namedVolumes(named),
    ...(secrets.files.length > 0 ? { secrets: secretFiles(secrets) } : {}),
  };
  return {
    file,
    notes: composeNotes(plan, file, gateway, servers),
    nginxConf: nginx && nginxConf(plan, nginx),
    upstream: upstreamOfNginx,
    secrets,
    settings: environmentSettings(plan),
    dockerfiles: servers
      .filter(({ image }) => image.kind === 'install')
      .map((workload) =>
        dockerfile(assets, workload, {
          path: `compose/${workload.id}.Dockerfile`,
          how: [`The image of server "${workload.id}"; compose builds it and mounts the gateway's files into it.`],
          bundled: false,
        }),
      ),
  };
}

function gatewayService(
  plan: Plan,
  gateway: Runnable,
  servers: readonly RunnableServer[],
  named: readonly NamedService[],
  digest: string,
): Service {
  // Compose stops what depends on others first: the gateway drains while its servers still answer. It does not wait for their health, which it asks itself.
  const running = named.filter(({ service: { restart } }) => restart !== 'no').map(({ name }) => [name, { condition: 'service_started' }] as const);
  const behindNginx = plan.infra.targets.nginx !== null;
  return service(plan, gateway, {
    networks: gatewayNetworks(gateway, servers),
    ...(running.length > 0 ? { depends_on: Object.fromEntries(running) } : {}),
    // Without nginx the gateway publishes a port of the machine, and Docker lets one container alone publish it.
    replicas: behindNginx ? gateway.replicas : 1,
    volumeName: ({ name }) => `${gateway.id}_${name}`,
    digest,
    ...(behindNginx ? {} : { ports: [published(plan, gateway.port)] }),
  });
}

function namedVolumes(services: readonly NamedService[]): Pick<ComposeFile, 'volumes'> {
  const names = services.flatMap(({ service }) =>
    (service.volumes ?? []).flatMap((mount) => (mount.type === 'volume' ? [mount.source] : [])),
  );
  if (names.length === 0) return {};
  return { volumes: Object.fromEntries([...new Set(names)].sort().map((name) => [name, {}])) };
}
