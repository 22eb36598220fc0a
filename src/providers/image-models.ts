// Models that are well known to read text only, so that an image for one is refused before it is paid for.
// Whatever is not named here is left to its vendor to answer.

const openaiTextOnly =
  /^(gpt-3\.5|gpt-4(-0314|-0613|-32k|-1106-preview|-0125-preview)?$|gpt-oss|o1-mini|o1-preview|o3-mini)/;

const textOnly: Readonly<Record<string, RegExp>> = {
  openai: openaiTextOnly,
  "openai-chat": openaiTextOnly,
  "openai-responses": openaiTextOnly,
  azure: openaiTextOnly,
  deepseek: /^deepseek-(chat|reasoner|coder)/,
  groq: /(^|\/)(gpt-oss|llama-3\.[13]|qwen3|kimi-k2)/,
  together: /(^|\/)gpt-oss/,
  fireworks: /(^|\/)gpt-oss/,
  ollama:
    /^(gpt-oss|qwen3(:|$)|qwen2\.5(-coder)?(:|$)|llama3(\.1)?(:|$)|deepseek-r1|codellama|phi4(:|$))/,
};

/** `model` is `vendor/model`. True also where it is not known. */
export function mayTakeImages(model: string): boolean {
  const slash = model.indexOf("/");
  const vendor = model.slice(0, slash);
  const pattern = Object.hasOwn(textOnly, vendor) ? textOnly[vendor] : undefined;
  return !pattern?.test(model.slice(slash + 1));
}
