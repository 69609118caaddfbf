// The variables that bash itself sets when it starts.

import type { User } from "../run/proc.ts";
import { distributionOf } from "../world/distribution.ts";
import type { World } from "../world/world.ts";
import type { ShellState } from "./state.ts";

/** Sets them. */
export function setBashVariables(state: ShellState, world: World, user: User): void {
  const level = Number(state.get("SHLVL") ?? "0");
  state.set("BASH", "/bin/bash", false);
  const { bash } = distributionOf(world.persona);
  state.set("BASH_VERSION", `${bash}(1)-release`, false);
  state.setItems("BASH_VERSINFO", [...bash.split("."), "1", "release", "x86_64-pc-linux-gnu"]);
  state.set("HOSTNAME", world.persona.hostname, false);
  state.set("HOSTTYPE", "x86_64", false);
  state.set("OSTYPE", "linux-gnu", false);
  state.set("MACHTYPE", "x86_64-pc-linux-gnu", false);
  state.set("UID", String(user.uid), false);
  state.set("EUID", String(user.uid), false);
  state.set("SHLVL", String(Number.isInteger(level) && level >= 0 ? Math.min(level, 998) + 1 : 1), true);
}
