// decnet config: the settings in force.

import { flagOf, variableOf } from "../kit/config.ts";
import type { CommandCall } from "./command.ts";
import { settingsOf } from "./settings.ts";

/** Prints every setting; with `--explain` also its source, its other ways to be set, and what it is for. */
export async function runConfig(call: CommandCall): Promise<number> {
  const { config } = settingsOf(call);
  const rows = config.explain();
  if (call.options["json"]) {
    call.terminal.out(`${JSON.stringify({ settings: rows }, null, 2)}\n`);
    return 0;
  }
  const width = Math.max(...rows.map((row) => row.key.length));
  for (const row of rows) {
    call.terminal.out(`${row.key.padEnd(width)}  ${JSON.stringify(row.value)}`);
    if (call.options["explain"]) {
      const flag = flagOf(row.key);
      const ways = [...(flag ? [`--${flag}`] : []), variableOf(row.key)].join(", ");
      call.terminal.out(`\n${" ".repeat(width)}  from ${row.from}; ${row.summary} (${ways})`);
    }
    call.terminal.out("\n");
  }
  return 0;
}
