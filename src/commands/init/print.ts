// decnet units: prints the units as init would install them. Changes nothing.

import { existsSync } from "node:fs";
import { DecnetError } from "../../contract/errors.ts";
import { didYouMean } from "../../contract/nearest.ts";
import { findWorker, workers } from "../../workers/index.ts";
import type { CommandCall } from "../command.ts";
import { chooseExecutable } from "./executable.ts";
import { BINARY, TARGET, UNIT_DIR, unitName } from "./layout.ts";
import { apiStaysLocal } from "./plan.ts";
import { renderTarget, renderUnit } from "./units.ts";

/** The executable that units are to run: as asked for, or that of init. */
function executableOf(call: CommandCall): { readonly path: string; readonly copied: string | undefined } {
  const { executable } = call.options;
  if (typeof executable === "string") {
    if (!/^\/[A-Za-z0-9._/+@-]+$/.test(executable))
      throw new DecnetError("usage", "--executable takes an absolute path without spaces");
    return { path: executable, copied: undefined };
  }
  // From its sources there is no executable that init would install.
  return Bun.isStandaloneExecutable
    ? chooseExecutable({ root: "", executable: process.execPath })
    : { path: BINARY, copied: undefined };
}

/** Prints them all, each under its path, or one alone. */
export async function runUnits(call: CommandCall): Promise<number> {
  const { path: binary, copied } = executableOf(call);
  if (!existsSync(binary))
    call.terminal.err(`decnet: ${binary} is not there yet: "decnet init" copies this executable to it\n`);
  const options = { binary, loopback: apiStaysLocal("") };
  const { worker } = call.options;
  if (typeof worker === "string") {
    const found = findWorker(worker);
    const names = workers.map(({ name }) => name);
    if (!found) throw new DecnetError("usage", `no worker "${worker}".${didYouMean(worker, names)}`);
    call.terminal.out(renderUnit(found, options));
    return 0;
  }
  const all = [
    [TARGET, renderTarget(copied)] as const,
    ...workers.map((entry) => [unitName(entry.name), renderUnit(entry, options)] as const),
  ];
  call.terminal.out(all.map(([name, text]) => `# ${UNIT_DIR}/${name}\n${text}`).join("\n"));
  return 0;
}
