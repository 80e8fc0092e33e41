/**
 * Sizes of nginx's hash tables, computed: a key that does not fit into a bucket ends the start, and one with too many neighbours is warned of
 * (ngx_hash.c: ngx_hash_init, NGX_HASH_ELT_SIZE).
 */
import { line } from './directives.js';
import { number } from './tokens.js';
import type { Directive, Item } from './types.js';

const POINTER = 8;
/** nginx's own defaults. */
const BUCKET = 64;
const MAP_BUCKETS = 2048;
const NAME_BUCKETS = 512;
/** A table of more keys than this cannot be spread so that each has a bucket for itself; six to a bucket is more than chance makes it. */
const SPREADABLE = 64;
const CROWD = 6;

export function mapHashes(items: readonly Item[]): readonly Directive[] {
  const tables = items.flatMap((item) => (item.kind === 'directive' && item.name === 'map' ? [stringKeys(item)] : []));
  return sizes('map_hash', tables, MAP_BUCKETS);
}

export function serverNameHashes(names: readonly string[]): readonly Directive[] {
  return sizes('server_names_hash', [names], NAME_BUCKETS);
}

function sizes(prefix: string, tables: readonly (readonly string[])[], buckets: number): readonly Directive[] {
  const longest = tables.flat().reduce((most, key) => Math.max(most, Buffer.byteLength(key)), 0);
  const most = tables.reduce((count, keys) => Math.max(count, keys.length), 0);
  const together = most > SPREADABLE ? CROWD : 1;
  return [
    line(`${prefix}_bucket_size`, number(powerOfTwo(Math.max(BUCKET, POINTER + together * element(longest))))),
    ...(most * 4 > buckets ? [line(`${prefix}_max_size`, number(powerOfTwo(most * 4)))] : []),
  ];
}

const element = (key: number): number => POINTER + Math.ceil((key + 2) / POINTER) * POINTER;
const powerOfTwo = (least: number): number => 2 ** Math.ceil(Math.log2(least));

function stringKeys({ block = [] }: Directive): readonly string[] {
  return block.flatMap((item) => (item.kind === 'entry' && item.key.kind === 'map-key' ? [item.key.value] : []));
}
