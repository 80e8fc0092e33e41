/** A stdio server as an instance of its pool, in the gateway's own process, where nothing else gives up on its children. */
import { readSecret } from '../process/secrets.js';
import type { MakeChild } from '../upstream/modules.js';
import { digest } from '../wire/digest.js';
import type { ChildFeatures } from './contract.js';
import { inTime } from './in-time.js';
import { loadEras, startChildren } from './upstream.js';

// What makes an instance of a child, with the parts that this takes.
export async function loadChildren(features: ChildFeatures): Promise<MakeChild> {
  const eras = await loadEras(features);
  return (child, env, keepAlive, log, firstByte) => {
    // A secret must not change unnoticed.
    const secrets = child.env.map(([, value]) => ('secret' in value ? digest(readSecret(env, value.secret)) : null));
    const make = () => ({ upstream: inTime(startChildren(child, env, keepAlive, log, eras), firstByte), probe: null, weight: 1, region: null });
    return { id: 'local', key: JSON.stringify([child, keepAlive, firstByte, secrets]), make };
  };
}
