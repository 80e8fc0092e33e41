/** How firmly an image reference names one image: a digest always means the same bytes, a tag is whatever was pushed last. */
export type Pinning = 'digest' | 'tag' | 'latest' | 'none';

/** `[host[:port]/]path[:tag][@digest]` (OCI distribution spec, "Pulling manifests"). A colon before the last slash belongs to a port. */
export function pinningOf(reference: string): Pinning {
  const at = reference.indexOf('@');
  if (at !== -1 && /^@sha(256:[0-9a-f]{64}|512:[0-9a-f]{128})$/.test(reference.slice(at))) return 'digest';
  const name = at === -1 ? reference : reference.slice(0, at);
  const tag = /:([^:/]+)$/.exec(name)?.[1];
  if (tag === undefined) return 'none';
  return tag === 'latest' ? 'latest' : 'tag';
}
