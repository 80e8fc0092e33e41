import type { Plan } from '../../plan/types.js';
import type { EmitInput } from '../types.js';
import { dockerfile } from '../shared/dockerfile.js';
import { neededSecrets } from '../shared/needed-secrets.js';
import { deployed, type Runnable } from '../shared/runnable.js';
import { runtimeDigest } from '../shared/runtime.js';
import { serverServices, type NamedService } from './instances.js';
import { literal } from './interpolation.js';
import { gatewayNetworks, networks } from './networks.js';
import { nginxService } from './nginx.js';
import { composeNotes } from './notes.js';
import { service } from './service.js';
import { target } from './target.js';
import type { ComposeDocument, ComposeFile, Service } from './types.js';
import { upstream } from './upstream.js';

export function composeModel(plan: Plan, { assets, gateway: runtimeDocument }: EmitInput): ComposeDocument {
  const { nginx } = plan.infra.targets;
  const { all, gateway, servers } = deployed(plan);
  const upstreamOfNginx = nginx && upstream(nginx, gateway.id, gateway.port);
  const digest = runtimeDigest(runtimeDocument);

  const named: readonly NamedService[] = [
    ...(nginx && upstreamOfNginx ? [{ name: 'nginx', service: nginxService(plan, nginx, gateway, upstreamOfNginx.resolution) }] : []),
    { name: gateway.id, service: gatewayService(plan, gateway, servers.length > 0, digest) },
    ...servers.flatMap((workload) => serverServices(plan, workload, digest)),
  ];
  const file: ComposeFile = {
    name: literal(target(plan).project),
    services: Object.fromEntries(named.map(({ name, service }) => [name, service])),
    networks: networks(gateway, servers.length > 0),
    ...namedVolumes(named),
  };
  return {
    file,
    notes: composeNotes(plan, file, gateway),
    upstream: upstreamOfNginx,
    secrets: neededSecrets(plan, all),
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

function gatewayService(plan: Plan, gateway: Runnable, hasServers: boolean, digest: string): Service {
  const behindNginx = plan.infra.targets.nginx !== null;
  return service(plan, gateway, {
    networks: gatewayNetworks(gateway, hasServers),
    // Without nginx the gateway publishes a port of the machine, and Docker lets one container alone publish it.
    replicas: behindNginx ? gateway.replicas : 1,
    volumeName: ({ name }) => `${gateway.id}_${name}`,
    digest,
    ...(behindNginx ? {} : { ports: [`127.0.0.1:${target(plan).publish.port}:${gateway.port}`] }),
  });
}

function namedVolumes(services: readonly NamedService[]): Pick<ComposeFile, 'volumes'> {
  const names = services.flatMap(({ service }) =>
    (service.volumes ?? []).flatMap((mount) => (mount.type === 'volume' ? [mount.source] : [])),
  );
  if (names.length === 0) return {};
  return { volumes: Object.fromEntries([...new Set(names)].sort().map((name) => [name, {}])) };
}
