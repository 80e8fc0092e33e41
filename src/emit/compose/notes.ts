import type { Plan } from '../../plan/types.js';
import type { Runnable } from '../shared/runnable.js';
import type { Note } from '../shared/yaml.js';
import { ADMIN, SERVERS } from './networks.js';
import type { ComposeFile } from './types.js';

/** Comments in compose.yaml that answer what its readers would otherwise ask. */
export function composeNotes({ infra }: Plan, { services, networks }: ComposeFile, gateway: Runnable): readonly Note[] {
  const { nginx } = infra.targets;
  const unchecked = Object.keys(services).filter((name) => services[name]?.healthcheck === undefined);
  const notes: readonly (Note | null)[] = [
    ...unchecked.map((name) => ({ at: ['services', name], text: UNCHECKED })),
    gateway.replicas > 1 && nginx === null ? { at: ['services', gateway.id, 'deploy', 'replicas'], text: oneOf(gateway.replicas) } : null,
    nginx?.tls ? { at: ['services', 'nginx', 'volumes'], text: 'Certificate and key must be readable by user 101.' } : null,
    SERVERS in networks ? { at: ['networks', SERVERS], text: INTERNAL } : null,
    ADMIN in networks ? { at: ['networks', ADMIN], text: 'Internal: for what reads the metrics.' } : null,
  ];
  return notes.filter((note) => note !== null);
}

const INTERNAL = 'Internal: servers reach the gateway and each other, and nothing outside.';
const UNCHECKED = 'No health check: nothing is known to be in this image that could ask. The gateway probes it over the network.';

function oneOf(replicas: number): string {
  return `One of ${replicas}: a host port is published by one container. Put nginx in front to run more.`;
}
