import type { Workload } from '../../plan/infra-types.js';
import type { FlyConfig } from './types.js';

const GI = 2 ** 30;

export function mounts({ volumes }: Workload): Pick<FlyConfig, 'mounts'> {
  if (volumes.length === 0) return {};
  return {
    mounts: volumes.map(({ name, path, bytes }) => ({
      // Names of volumes have underscores where ours have dashes, and at most 30 characters.
      source: name.replaceAll('-', '_').slice(0, 30),
      destination: path,
      // Whole gigabytes, at least one.
      initial_size: `${Math.max(1, Math.ceil(bytes / GI))}gb`,
    })),
  };
}
