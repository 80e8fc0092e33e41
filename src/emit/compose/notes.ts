import type { Plan } from '../../plan/types.js';
import type { Runnable, RunnableServer } from '../shared/runnable.js';
import type { Note } from '../shared/yaml.js';
import { ADMIN, networkOf } from './networks.js';
import type { ComposeFile } from './types.js';

/** Comments in compose.yaml that answer what its readers would otherwise ask. */
export function composeNotes({ infra }: Plan, { services, networks }: ComposeFile, gateway: Runnable, servers: readonly RunnableServer[]): readonly Note[] {
  const { nginx } = infra.targets;
  const lasting = Object.keys(services).filter((name) => services[name]?.restart !== 'no');
  const unchecked = lasting.filter((name) => services[name]?.healthcheck === undefined);
  const notes: readonly (Note | null)[] = [
    ...unchecked.map((name) => ({ at: ['services', name], text: UNCHECKED })),
    gateway.replicas > 1 && nginx === null ? { at: ['services', gateway.id, 'deploy', 'replicas'], text: oneOf(gateway.replicas) } : null,
    nginx?.tls ? { at: ['services', 'nginx', 'volumes'], text: 'Certificate and key must be readable by user 101.' } : null,
    ...Object.keys(services).filter((name) => !lasting.includes(name)).map((name) => ({ at: ['services', name], text: ONCE })),
    ...servers.map((server) => ({ at: ['networks', networkOf(server)], text: wayOut(server) })),
    ADMIN in networks ? { at: ['networks', ADMIN], text: 'Internal: for what reads the metrics. The admin port is on this network alone.' } : null,
  ];
  return notes.filter((note) => note !== null);
}

const ONCE = 'Runs once before its server: a new volume belongs to root, and the server is somebody else.';
const UNCHECKED = 'No health check: nothing is known to be in this image that could ask. The gateway probes it over the network.';

function wayOut({ id, egress }: RunnableServer): string {
  if (egress.allows === 'none') return `Internal: ${id} reaches the gateway, and nothing else.`;
  return `${id} reaches the gateway and whatever is outside, and no other server.`;
}

function oneOf(replicas: number): string {
  return `One of ${replicas}: a host port is published by one container. Put nginx in front to run more.`;
}
