import type { HttpServerModel, Model, ServerModel, StdioServerModel } from '../config/model.js';
import { planAbout } from './about.js';
import type { EgressPlan, ServerWorkload, VolumePlan, WorkloadImage } from './infra-types.js';
import { installedCommand } from './installed-command.js';
import { planResources } from './resources.js';
import { secretVariables } from './secrets.js';
import { envEntries, planChild, planHealth, STDIO_HOST, workloadImage } from './server.js';
import type { ChildPlan } from './server-types.js';
import { sortedEntries } from './sorted-entries.js';
import type { Profile } from './types.js';

/** What is run beside the gateway: every server that a target starts. A server with instances runs somewhere already. */
export function planWorkloads(model: Model, nodeImage: string, profile: Profile): ServerWorkload[] {
  return sortedEntries(model.servers).flatMap(([name, server]) => {
    if (server.kind === 'stdio') return [stdioHost(name, server, nodeImage, profile)];
    return server.instances === undefined ? [container(name, server, nodeImage, profile)] : [];
  });
}

/** A server that speaks HTTP itself. */
function container(name: string, server: HttpServerModel, nodeImage: string, profile: Profile): ServerWorkload {
  const from = `servers.${name}`;
  return {
    ...common(name, server, nodeImage, profile),
    kind: 'server',
    stateful: server.stateful,
    port: server.port,
    path: server.path,
    env: envEntries(server.env, from),
    volumes: planVolumes(server, server.stateful, from),
    child: null,
  };
}

/** The generated runtime, which runs a stdio server as its child and speaks HTTP for it. */
function stdioHost(name: string, server: StdioServerModel, nodeImage: string, profile: Profile): ServerWorkload {
  const from = `servers.${name}`;
  // The host reads secrets under their own names and hands them to its child; literal values are baked into its tables.
  const secrets = envEntries(server.env, from).flatMap(({ value, from }) => (value.kind === 'secret' ? [{ secret: value.secret, from }] : []));
  const { image, child } = inContainer(workloadImage(name, server, nodeImage), planChild(server, from));
  return {
    ...common(name, server, nodeImage, profile),
    image,
    resources: planResources(server.resources, child),
    kind: 'stdio-host',
    stateful: server.replicas > 1 || server.volumes.some(({ perInstance }) => perInstance === true),
    port: STDIO_HOST.port,
    path: STDIO_HOST.path,
    env: secretVariables(secrets),
    volumes: planVolumes(server, false, from),
    child,
  };
}

/** Variables by which package managers fetch nothing: what an image has installed is all that its program finds. */
const OFFLINE = { npm: [['NPM_CONFIG_OFFLINE', 'true']], uv: [['PIP_NO_INDEX', '1'], ['UV_OFFLINE', '1']] } as const;

/** What of a stdio host its image decides. In an image that was built for it the child is the program that was installed, with no way to fetch another. */
function inContainer(image: WorkloadImage, child: ChildPlan): Pick<ServerWorkload, 'image'> & { readonly child: ChildPlan } {
  if (image.kind !== 'install') return { image, child };
  const { command, onlyProgram } = installedCommand(child.command, image);
  const written = new Set(child.env.map(({ name }) => name));
  const offline = OFFLINE[image.manager].map(([name, text]) => ({ name, value: { kind: 'text', text } as const, from: image.from }));
  const env = [...child.env, ...offline.filter(({ name }) => !written.has(name))].sort((a, b) => (a.name < b.name ? -1 : 1));
  return { image: { ...image, onlyProgram }, child: { ...child, command, env } };
}

/** What is planned in the same way for both kinds. */
function common(name: string, server: ServerModel, nodeImage: string, profile: Profile) {
  return {
    id: name,
    about: planAbout(server),
    image: workloadImage(name, server, nodeImage),
    replicas: server.replicas,
    adminPort: null,
    health: planHealth(server),
    user: server.user ?? null,
    egress: planEgress(server, profile),
    resources: planResources(server.resources),
    from: `servers.${name}`,
  };
}

/** A server whose config does not say what it reaches is open where it is developed, and closed where it serves. */
function planEgress({ egress }: ServerModel, profile: Profile): EgressPlan {
  if (egress === undefined) return { allows: profile === 'local' ? 'any' : 'none', isDeclared: false };
  return { allows: egress, isDeclared: true };
}

/** @param apart whether each instance has a volume of its own where the config does not say */
function planVolumes({ volumes }: ServerModel, apart: boolean, from: string): VolumePlan[] {
  return volumes
    .map(({ name, path, size, perInstance }, i) => ({ name, path, bytes: size, perInstance: perInstance ?? apart, from: `${from}.volumes.${i}` }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
