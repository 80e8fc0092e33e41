import type { Plan } from '../../plan/types.js';
import { annotations, deploymentMetadata } from './labels.js';
import type { Namespace } from './manifests.js';
import { target } from './names.js';

/** The namespace. It enforces Pod Security `restricted` of the Kubernetes version in the config, so that a newer cluster does not suddenly refuse our pods. */
export function namespace(plan: Plan): Namespace {
  const { namespace, version } = target(plan);
  const { labels } = deploymentMetadata(plan, namespace);
  const security = ['enforce', 'audit', 'warn'].flatMap((mode) => [
    [`pod-security.kubernetes.io/${mode}`, 'restricted'],
    [`pod-security.kubernetes.io/${mode}-version`, `v${version}`],
  ]);
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: namespace, labels: { ...labels, ...Object.fromEntries(security) }, ...annotations(plan.about) },
  };
}
