// Azure: OpenAI's APIs under another address. The v1 API (an endpoint that ends in /openai/v1) takes
// the deployment as the model; the classic one has it in its path, with a version beside it.
import { parseAddress } from "./connection.ts";

/** The newest generally available version of the classic API. */
const DEFAULT_API_VERSION = "2024-10-21";

export interface AzureAddress {
  base_url: string;
  query: Record<string, string>;
  isClassic: boolean;
}

export function azureAddress(
  endpoint: string,
  deployment: string,
  api_version: string | undefined,
): AzureAddress | undefined {
  const bare = parseAddress(endpoint.replace(/[?#].*$/, ""));
  if (bare === undefined) return undefined;
  if (/\/openai\/v1$/.test(bare)) return { base_url: bare, query: {}, isClassic: false };
  // A whole address copied from the portal is as good as the resource's own.
  const resource = bare.replace(/\/openai(\/deployments\/.*)?$/, "");
  return {
    base_url: `${resource}/openai/deployments/${encodeURIComponent(deployment)}`,
    query: { "api-version": api_version ?? DEFAULT_API_VERSION },
    isClassic: true,
  };
}
