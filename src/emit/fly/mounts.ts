import type { Workload } from '../../plan/infra-types.js';
import type { FlyConfig } from './types.js';

const GIBIBYTE = 2 ** 30;

export function mounts({ volumes }: Workload): Pick<FlyConfig, 'mounts'> {
  if (volumes.length === 0) return {};
  return {
    mounts: volumes.map(({ name, path, bytes }) => ({
      // On Fly a volume's name may have underscores but no dashes, and at most 30 characters.
      source: name.replaceAll('-', '_').slice(0, 30),
      destination: path,
      // Fly takes whole gigabytes, and at least one.
      initial_size: `${Math.max(1, Math.ceil(bytes / GIBIBYTE))}gb`,
    })),
  };
}
