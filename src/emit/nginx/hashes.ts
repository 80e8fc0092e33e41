/** nginx refuses to start when a key does not fit into a bucket of its hash table (ngx_hash.c: NGX_HASH_ELT_SIZE), so the sizes are computed. */
import { line } from './directives.js';
import { number } from './tokens.js';
import type { Directive, Item } from './types.js';

const POINTER = 8;
const SMALLEST_BUCKET = 64;
const DEFAULT_BUCKETS = 2048;

export function mapHashes(items: readonly Item[]): readonly Directive[] {
  const tables = items.flatMap((item) => (item.kind === 'directive' && item.name === 'map' ? [stringKeys(item)] : []));
  const longest = Math.max(0, ...tables.flat());
  const most = Math.max(0, ...tables.map((keys) => keys.length));
  return [
    line('map_hash_bucket_size', number(powerOfTwo(Math.max(SMALLEST_BUCKET, bucketFor(longest))))),
    ...(most * 2 > DEFAULT_BUCKETS ? [line('map_hash_max_size', number(powerOfTwo(most * 2)))] : []),
  ];
}

/** `server_names_hash_*` have the same arithmetic. */
export function serverNameHashes(names: readonly string[]): readonly Directive[] {
  const longest = Math.max(0, ...names.map((name) => Buffer.byteLength(name)));
  return [
    line('server_names_hash_bucket_size', number(powerOfTwo(Math.max(SMALLEST_BUCKET, bucketFor(longest))))),
    ...(names.length * 2 > 512 ? [line('server_names_hash_max_size', number(powerOfTwo(names.length * 2)))] : []),
  ];
}

const bucketFor = (key: number): number => POINTER + POINTER + Math.ceil((key + 2) / POINTER) * POINTER;
const powerOfTwo = (least: number): number => 2 ** Math.ceil(Math.log2(least));

function stringKeys({ block = [] }: Directive): readonly number[] {
  return block.flatMap((item) => (item.kind === 'entry' && item.key.kind === 'map-key' ? [Buffer.byteLength(item.key.value)] : []));
}
