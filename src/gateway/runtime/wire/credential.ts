/** The one credential of a request: an API key or a token, as `Authorization: Bearer` or `X-Api-Key`. */
export function credentialIn({ authorization, 'x-api-key': key }: Readonly<Record<string, string | undefined>>): string | undefined {
  return (authorization === undefined ? undefined : /^Bearer +(\S+)$/i.exec(authorization)?.[1]) ?? key;
}
