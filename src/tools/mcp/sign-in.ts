// What an MCP server that wants to be signed in to is told and what is kept of it: the client it registered, its
// tokens, and the secret of a sign-in that has begun. The protocol (PKCE, discovery, refresh, issuers) is the SDK's.
import type { OAuthClientProvider, OAuthDiscoveryState } from "@modelcontextprotocol/client";
import { z } from "zod";

/** A page that a human is sent to is no longer than this. UTF-16 units. */
const MAX_URL_LENGTH = 8_192;

/** What stands in it is the SDK's own: it is written and read back as it was. */
export const keptSignIn = z.object({
  redirect_url: z.string(),
  client: z.looseObject({ client_id: z.string() }).optional(),
  tokens: z.looseObject({ access_token: z.string(), token_type: z.string() }).optional(),
  verifier: z.string().optional(),
});
export type KeptSignIn = z.output<typeof keptSignIn>;

export interface SignInStore {
  read(): KeptSignIn | undefined;
  write(kept: KeptSignIn): void;
}

export interface SignIn {
  provider: OAuthClientProvider;
  /** What the human's browser brought back; where nobody waits for it there is none. */
  answered?(): Promise<URLSearchParams>;
}

export function signInProvider(given: {
  store: SignInStore;
  /** Where the browser comes back to. */
  redirect_url: string;
  /** Unguessable: it tells our browser's return from others'. */
  state: string;
  /** Shows a human where to sign in. Throws where there is nobody to be shown. */
  redirect(url: URL): void | Promise<void>;
  /** A document that says who we are, for servers that take that in place of a registration. */
  client_url?: string;
}): OAuthClientProvider {
  const { store, redirect_url, state, client_url } = given;
  const read = (): KeptSignIn => {
    const kept = store.read();
    // A client that was registered with another address is another client.
    return kept?.redirect_url === redirect_url ? kept : { redirect_url };
  };
  /** Where this sign-in found out that it has to go: its code is given to nobody else. */
  let discovery: OAuthDiscoveryState | undefined;
  const write = (part: Partial<KeptSignIn>) => store.write({ ...read(), ...part });
  return {
    redirectUrl: redirect_url,
    ...(client_url === undefined ? {} : { clientMetadataUrl: client_url }),
    clientMetadata: {
      client_name: "jamey",
      redirect_uris: [redirect_url],
      grant_types: ["authorization_code", "refresh_token"],
      response_types: ["code"],
    },
    state: () => state,
    clientInformation: () => read().client,
    saveClientInformation: (client) => write({ client }),
    tokens: () => read().tokens,
    saveTokens(tokens) {
      // It has ended: a later one finds out anew, for servers move.
      discovery = undefined;
      write({ tokens });
    },
    async redirectToAuthorization(url) {
      requirePage(url);
      await given.redirect(url);
    },
    saveDiscoveryState(found) {
      discovery = found;
    },
    discoveryState: () => discovery,
    saveCodeVerifier: (verifier) => write({ verifier }),
    codeVerifier: () => read().verifier ?? "",
    invalidateCredentials(scope) {
      const { client, tokens, verifier } = read();
      const isAll = scope === "all";
      if (isAll || scope === "discovery") discovery = undefined;
      store.write({
        redirect_url,
        ...(client && !isAll && scope !== "client" ? { client } : {}),
        ...(tokens && !isAll && scope !== "tokens" ? { tokens } : {}),
        ...(verifier && !isAll && scope !== "verifier" ? { verifier } : {}),
      });
    },
  };
}

/** The server chose the address: it is a web page, or it is shown to nobody. */
function requirePage(url: URL): void {
  const isLocal = ["localhost", "127.0.0.1", "[::1]"].includes(url.hostname);
  const isWeb = url.protocol === "https:" || (url.protocol === "http:" && isLocal);
  if (isWeb && url.username === "" && url.password === "" && url.href.length <= MAX_URL_LENGTH)
    return;
  throw new Error("it sends people to an address for signing in that is no https page");
}
