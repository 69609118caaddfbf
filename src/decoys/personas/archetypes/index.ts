// The registry of archetypes: the only list of the kinds of machines.

import type { ArchetypeDefinition } from "./archetype.ts";
import { camera, nas, plc, printer, router, storageServer } from "./devices.ts";
import { embeddedDevice } from "./embedded-device.ts";
import {
  appServer,
  containerHost,
  databaseServer,
  fileServer,
  mailServer,
  voipPbx,
  webServer,
} from "./linux.ts";
import { linuxServer } from "./linux-server.ts";
import { domainController, windowsServer, windowsWorkstation } from "./windows.ts";

/** Every archetype, in the order in which they are shown. */
export const archetypes: readonly ArchetypeDefinition[] = Object.freeze([
  linuxServer,
  webServer,
  appServer,
  databaseServer,
  mailServer,
  fileServer,
  containerHost,
  voipPbx,
  windowsWorkstation,
  windowsServer,
  domainController,
  storageServer,
  nas,
  router,
  embeddedDevice,
  printer,
  camera,
  plc,
]);

/** The archetype of that name, or undefined. */
export function findArchetype(name: string): ArchetypeDefinition | undefined {
  return archetypes.find((archetype) => archetype.name === name);
}
