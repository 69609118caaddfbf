// The flag of every command that scripts read.

/** As a command's definition has it. */
export const JSON_OPTION = ["--json", "print JSON for scripts"] as const;
