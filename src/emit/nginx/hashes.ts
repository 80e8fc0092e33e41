/**
 * The sizes of nginx's hash tables. nginx does not start when a key does not fit into a bucket, and warns when a table is too small for its keys
 * (ngx_hash.c: ngx_hash_init, NGX_HASH_ELT_SIZE).
 */
import { line } from './directives.js';
import { number } from './tokens.js';
import type { Directive, Item } from './types.js';

const POINTER_BYTES = 8;
/** nginx's own defaults. */
const BUCKET_BYTES = 64;
const MAP_BUCKETS = 2048;
const NAME_BUCKETS = 512;
/** In a table with more keys than this, some keys share a bucket by chance. */
const MOST_KEYS_ALONE = 64;
/** More keys than chance puts into one bucket. */
const MOST_KEYS_TOGETHER = 6;

/** Directives for the tables of all maps. Patterns are in no table. */
export function mapHashes(items: readonly Item[]): readonly Directive[] {
  const tables = items.flatMap((item) => (item.kind === 'directive' && item.name === 'map' ? [stringKeys(item)] : []));
  return sizes('map_hash', tables, MAP_BUCKETS);
}

export function serverNameHashes(names: readonly string[]): readonly Directive[] {
  return sizes('server_names_hash', [names], NAME_BUCKETS);
}

function sizes(prefix: string, tables: readonly (readonly string[])[], buckets: number): readonly Directive[] {
  const longestKey = tables.flat().reduce((longest, key) => Math.max(longest, Buffer.byteLength(key)), 0);
  const mostKeys = tables.reduce((most, keys) => Math.max(most, keys.length), 0);
  const together = mostKeys > MOST_KEYS_ALONE ? MOST_KEYS_TOGETHER : 1;
  return [
    line(`${prefix}_bucket_size`, number(powerOfTwo(Math.max(BUCKET_BYTES, POINTER_BYTES + together * elementBytes(longestKey))))),
    ...(mostKeys * 4 > buckets ? [line(`${prefix}_max_size`, number(powerOfTwo(mostKeys * 4)))] : []),
  ];
}

const elementBytes = (key: number): number => POINTER_BYTES + Math.ceil((key + 2) / POINTER_BYTES) * POINTER_BYTES;
const powerOfTwo = (least: number): number => 2 ** Math.ceil(Math.log2(least));

function stringKeys({ block = [] }: Directive): readonly string[] {
  return block.flatMap((item) => (item.kind === 'entry' && item.key.kind === 'map-key' ? [item.key.value] : []));
}
