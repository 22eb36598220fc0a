// The shells that there is a completion for.
export const SHELLS = ["bash", "zsh", "fish", "powershell"] as const;
