/** What a body says it is. */
type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

export function isEventStream({ headers }: { readonly headers: Headers }): boolean {
  return /^text\/event-stream\b/i.test(String(headers['content-type'] ?? ''));
}
