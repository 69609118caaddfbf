// Who exists and who may start what: the text of the sysusers.d file and of the polkit rule. Pure.

import { DECOYS_USER, WORKERS_USER } from "../../platform/identity.ts";
import { unitName } from "./layout.ts";

/**
 * sysusers.d(5). The decoys' user has a group of its own in the files: the workers' group, in which decoys run, comes
 * from their worker, so that no polkit rule takes them for members.
 */
export function renderSysusers(): string {
  return [
    "# Made by `decnet init`.",
    `u ${WORKERS_USER} - "decnet workers" / -`,
    `u ${DECOYS_USER} - "decnet decoys" / -`,
    "",
  ].join("\n");
}

/**
 * polkit(8): members of the workers' group may start exactly these units, and do nothing else. Stopping is asked for
 * over the bus. Names are compared whole; a prefix would let in what others install.
 */
export function renderPolkitRule(workers: readonly { readonly name: string }[]): string {
  const units = workers.map(({ name }) => unitName(name));
  return `// Made by \`decnet init\`: group ${WORKERS_USER} may start these units, and do nothing else.
polkit.addRule(function (action, subject) {
  var units = ${JSON.stringify(units)};
  if (action.id === "org.freedesktop.systemd1.manage-units" &&
      action.lookup("verb") === "start" &&
      units.indexOf(action.lookup("unit")) !== -1 &&
      subject.isInGroup(${JSON.stringify(WORKERS_USER)})) {
    return polkit.Result.YES;
  }
});
`;
}
