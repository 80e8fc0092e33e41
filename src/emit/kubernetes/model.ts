import type { Plan } from '../../plan/types.js';
import type { EmitInput } from '../types.js';
import { dockerfile } from '../shared/dockerfile.js';
import { environmentSettings } from '../shared/environment-settings.js';
import { neededSecrets } from '../shared/needed-secrets.js';
import { pidsOf } from '../shared/pids.js';
import { deployed, type Runnable } from '../shared/runnable.js';
import { runtimeDigest } from '../shared/runtime.js';
import { aboutConfigMaps, configMaps, gatewayVolumeSources } from './config-maps.js';
import { aboutExposure, certificate, exposureObjects } from './exposure.js';
import { imageOf } from './image.js';
import { namespace } from './namespace.js';
import { secretName, settingsName, target } from './names.js';
import { networkPolicies } from './network.js';
import type { KubernetesDocument, ManifestFile } from './types.js';
import { workloadObjects } from './workload.js';

export function kubernetesModel(plan: Plan, { assets, gateway: runtimeDocument }: EmitInput): KubernetesDocument {
  const { all, gateway, servers } = deployed(plan);
  const maps = configMaps(plan, runtimeDocument);
  const runtime = { sources: gatewayVolumeSources(maps, runtimeDocument), digest: runtimeDigest(runtimeDocument) };
  const exposed = exposureObjects(plan, gateway);

  const manifests: readonly ManifestFile[] = [
    file('namespace', [], [namespace(plan)]),
    file('gateway-config', aboutConfigMaps(plan), maps),
    file('network', ABOUT_NETWORK, networkPolicies(plan, gateway, servers)),
    file('gateway', [], workloadObjects(plan, gateway, runtime)),
    ...servers.map((server) => file(`server-${server.id}`, aboutServer(plan, server), workloadObjects(plan, server, runtime))),
    ...(exposed.length > 0 ? [file('route', aboutExposure(plan), exposed)] : []),
  ];
  return {
    files: manifests,
    kustomization: {
      apiVersion: 'kustomize.config.k8s.io/v1beta1',
      kind: 'Kustomization',
      resources: manifests.map(({ path }) => path.replace(/^kubernetes\//, '')),
    },
    secret: { name: secretName(plan), namespace: target(plan).namespace, keys: neededSecrets(plan, all) },
    settings: { name: settingsName(plan), variables: environmentSettings(plan) },
    certificate: certificate(plan),
    dockerfiles: servers
      .filter(({ image }) => image.kind === 'install')
      .map((server) =>
        dockerfile(assets, server, {
          path: `kubernetes/${server.id}.Dockerfile`,
          how: [`The image of server "${server.id}"; the gateway's files are mounted into it.`, ...buildSteps(plan, server)],
          bundled: false,
        }),
      ),
  };
}

const ABOUT_NETWORK = [
  'Nothing may talk to anything, and then what must. Label a namespace to let its pods in:',
  '  mcpgen/edge=allow    to the public port: where the proxies of a Gateway controller run',
  '  mcpgen/admin=allow   to the admin port: where Prometheus runs',
];

function file(name: string, about: readonly string[], objects: ManifestFile['objects']): ManifestFile {
  return { path: `kubernetes/${name}.yaml`, about, objects };
}

function aboutServer(plan: Plan, server: Runnable): readonly string[] {
  const isVolumeShared = server.replicas > 1 && server.volumes.some(({ perInstance }) => !perInstance);
  return [
    ...(server.image.kind === 'install' ? buildSteps(plan, server) : []),
    ...(server.child ? [`Its children need up to ${pidsOf(server)} processes and threads: the node's podPidsLimit must allow them.`] : []),
    ...(isVolumeShared ? ['Several pods share a volume: its storage class must support ReadWriteMany.'] : []),
  ];
}

function buildSteps(plan: Plan, server: Runnable): readonly string[] {
  const image = imageOf(plan, server);
  return [
    `Build and push it: docker build --file ${server.id}.Dockerfile --tag REGISTRY/${image} . && docker push REGISTRY/${image}`,
    `Then name REGISTRY in an overlay: images: [{ name: ${image.split(':')[0]}, newName: REGISTRY/${image.split(':')[0]} }]`,
  ];
}
