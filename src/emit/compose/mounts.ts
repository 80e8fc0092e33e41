import { GATEWAY_FOLDER } from '../shared/runtime.js';
import { literal } from './interpolation.js';
import type { Mount } from './types.js';

/** A read-only mount of a file or folder of the machine. The source is relative to the folder of the compose file. */
export function bind(source: string, target: string): Mount {
  return { type: 'bind', source: literal(source), target: literal(target), read_only: true, bind: { create_host_path: false } };
}

export const GATEWAY_MOUNT: Mount = bind('../gateway', GATEWAY_FOLDER);

export function volume(source: string, target: string): Mount {
  return { type: 'volume', source, target: literal(target) };
}
