// Knows the ways in which a Redis is turned into code execution, by the commands they take.
// Only names them: what the server answers is decided elsewhere.

import type { Command } from "./commands.ts";

/** A technique, with what of the command tells it. */
export interface Takeover {
  readonly technique:
    | "redis-slaveof"
    | "redis-module-load"
    | "redis-config-dir"
    | "redis-config-dbfilename"
    | "redis-save-ssh-key"
    | "redis-save-cron"
    | "redis-eval"
    | "redis-migrate";
  readonly detail: string;
}

/** What one source has planted so far, as far as it matters when it saves. */
export class Planted {
  #sshKey = "";
  #cron = "";

  /** Looks at the arguments of a command that writes. */
  look(args: readonly string[]): void {
    for (const arg of args) {
      if (arg.length < 12) continue;
      const start = arg.slice(0, 65_536);
      if (/(?:ssh-(?:rsa|dss|ed25519)|ecdsa-sha2-nistp\d{3}) AAAA/.test(start)) this.#sshKey = start;
      if (/(?:^|\n)[ \t]{0,8}(?:[\d*,/-]{1,20}[ \t]{1,8}){5}\S/.test(start)) this.#cron = start;
    }
  }

  /** What a SAVE would drop onto the disk. */
  takeovers(): Takeover[] {
    const found: Takeover[] = [];
    if (this.#sshKey) found.push({ technique: "redis-save-ssh-key", detail: this.#sshKey });
    if (this.#cron) found.push({ technique: "redis-save-cron", detail: this.#cron });
    return found;
  }
}

/** Names by which scripts try to leave the sandbox. */
const ESCAPES =
  /\b(?:package|loadlib|io|os|dofile|loadfile|require|debug|loadstring|getmetatable|setmetatable|cjson|cmsgpack|struct|bit)\b\s{0,4}[.([:]/;

function fromConfig(args: readonly string[]): Takeover[] {
  const found: Takeover[] = [];
  for (let at = 2; at + 1 < args.length; at += 2) {
    const name = (args[at] ?? "").toLowerCase();
    const detail = args[at + 1] ?? "";
    if (name === "dir") found.push({ technique: "redis-config-dir", detail });
    if (name === "dbfilename") found.push({ technique: "redis-config-dbfilename", detail });
  }
  return found;
}

/** The techniques that a command is a step of. `args` hold the command's name. */
export function findTakeovers(command: Command, args: readonly string[], planted: Planted): Takeover[] {
  const rest = args.slice(1).join(" ");
  switch (command.name) {
    case "slaveof":
    case "replicaof":
      return /^no one$/i.test(rest) ? [] : [{ technique: "redis-slaveof", detail: rest }];
    case "module|load":
    case "module|loadex":
      return [{ technique: "redis-module-load", detail: args.slice(2).join(" ") }];
    case "config|set":
      return fromConfig(args);
    case "save":
    case "bgsave":
      return planted.takeovers();
    case "migrate":
      return [{ technique: "redis-migrate", detail: rest }];
    case "eval":
    case "eval_ro":
    case "script|load": {
      const script = args[command.name === "script|load" ? 2 : 1] ?? "";
      return ESCAPES.test(script.slice(0, 65_536)) ? [{ technique: "redis-eval", detail: script }] : [];
    }
    default:
      return [];
  }
}
