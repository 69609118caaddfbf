// Tables by name, with the server's refusals.

import type { Table } from "../catalog.ts";
import type { Connection } from "../connection.ts";
import { errors, raise } from "../errors.ts";

/** A table by name; raises the server's error when it is not there or not for this account. */
export function findTable(
  connection: Connection,
  schema: string | null,
  name: string,
  command = "SELECT",
): Table {
  const database = schema ?? connection.database ?? raise(errors.noDatabase);
  const isInformation = database.toLowerCase() === "information_schema";
  const real = isInformation ? "information_schema" : database;
  if (!connection.mayUse(real)) connection.demandTable(command, name);
  const tables = connection.databases.get(real) ?? raise(errors.unknownDatabase(database));
  const table = tables.get(isInformation ? name.toUpperCase() : name);
  return table ?? raise(errors.noTable(`${real}.${name}`));
}
