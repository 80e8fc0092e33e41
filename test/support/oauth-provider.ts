/** What the official client needs of its host to get a token: storage, and somebody who goes where the user would be sent and brings the code back. */
import type { OAuthClientProvider } from '@modelcontextprotocol/sdk/client/auth.js';
import type { OAuthClientInformationMixed, OAuthClientMetadata, OAuthTokens } from '@modelcontextprotocol/sdk/shared/auth.js';

export class Provider implements OAuthClientProvider {
  readonly redirectUrl = 'http://127.0.0.1:1/callback';
  readonly clientMetadata: OAuthClientMetadata = {
    client_name: 'test',
    redirect_uris: [this.redirectUrl],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
  };
  /** The document that says who the client is, where it has one. */
  declare readonly clientMetadataUrl?: string;
  /** Where users were sent. */
  readonly sent: URL[] = [];
  code = '';
  held: OAuthTokens | undefined;
  information: OAuthClientInformationMixed | undefined;
  #verifier = '';

  constructor(clientMetadataUrl?: string) {
    if (clientMetadataUrl !== undefined) this.clientMetadataUrl = clientMetadataUrl;
  }
  clientInformation(): OAuthClientInformationMixed | undefined {
    return this.information;
  }
  saveClientInformation(information: OAuthClientInformationMixed): void {
    this.information = information;
  }
  tokens(): OAuthTokens | undefined {
    return this.held;
  }
  saveTokens(tokens: OAuthTokens): void {
    this.held = tokens;
  }
  forgetRefreshToken(): void {
    const { refresh_token: _, ...rest } = this.held ?? { access_token: '', token_type: 'Bearer' };
    this.held = rest;
  }
  saveCodeVerifier(verifier: string): void {
    this.#verifier = verifier;
  }
  codeVerifier(): string {
    return this.#verifier;
  }
  /** The authorization server of the tests consents at once, and sends the user back with a code. */
  async redirectToAuthorization(url: URL): Promise<void> {
    this.sent.push(url);
    const response = await fetch(url, { redirect: 'manual' });
    await response.body?.cancel();
    const back = new URL(response.headers.get('location') ?? '');
    this.code = back.searchParams.get('code') ?? '';
  }
}
