// information_schema, mysql and performance_schema as far as visitors look: views over the connection's own databases.

import type { ColumnDefinition, Databases, Table } from "./catalog.ts";
import { column, table } from "./catalog.ts";
import type { Connection } from "./connection.ts";
import { engines, plugins, processList } from "./facts.ts";
import { privileges } from "./grants.ts";
import type { Value } from "./sql/expression.ts";

/** A table whose rows are made when they are looked at. */
function view(
  name: string,
  columns: readonly ColumnDefinition[],
  rows: () => readonly (readonly Value[])[],
): Table {
  return {
    ...table(name, columns, [], true),
    get rows() {
      return rows();
    },
  };
}

const text = (...names: readonly string[]): ColumnDefinition[] =>
  names.map((name) => column(name, "varchar(64)", "null"));
const number = (...names: readonly string[]): ColumnDefinition[] =>
  names.map((name) => column(name, "bigint unsigned", "null"));

const stamp = (ms: number): string => new Date(ms).toISOString().slice(0, 19).replace("T", " ");

function visibleTables(connection: Connection): [string, Table][] {
  return connection
    .visibleDatabases()
    .flatMap((schema) =>
      [...(connection.databases.get(schema) ?? new Map<string, Table>()).values()].map(
        (entry): [string, Table] => [schema, entry],
      ),
    );
}

function tablesView(connection: Connection): Table {
  const columns = [
    ...text("TABLE_CATALOG", "TABLE_SCHEMA", "TABLE_NAME", "TABLE_TYPE", "ENGINE"),
    ...number("VERSION"),
    ...text("ROW_FORMAT"),
    ...number(
      "TABLE_ROWS",
      "AVG_ROW_LENGTH",
      "DATA_LENGTH",
      "MAX_DATA_LENGTH",
      "INDEX_LENGTH",
      "DATA_FREE",
      "AUTO_INCREMENT",
    ),
    ...text(
      "CREATE_TIME",
      "UPDATE_TIME",
      "CHECK_TIME",
      "TABLE_COLLATION",
      "CHECKSUM",
      "CREATE_OPTIONS",
      "TABLE_COMMENT",
    ),
  ];
  const created = stamp(connection.server.persona.installedAt + 7_200_000);
  return view("TABLES", columns, () =>
    visibleTables(connection).map(([schema, entry]) => {
      const rows = entry.system ? 0 : entry.rows.length;
      const kind = schema === "information_schema" ? "SYSTEM VIEW" : "BASE TABLE";
      const sizes = entry.system
        ? [0, 0, 0, 0, 0]
        : [Math.floor(16_384 / Math.max(rows, 1)), 16_384, 0, 16_384, 0];
      return [
        ...[
          "def",
          schema,
          entry.name,
          kind,
          entry.system ? null : entry.engine,
          10,
          "Dynamic",
          rows,
          ...sizes,
        ],
        entry.columns.some(({ extra }) => extra !== "") ? rows + 1 : null,
        ...[created, null, null, "utf8mb4_0900_ai_ci", null, "", ""],
      ];
    }),
  );
}

function columnsView(connection: Connection): Table {
  const columns = [
    ...text("TABLE_CATALOG", "TABLE_SCHEMA", "TABLE_NAME", "COLUMN_NAME"),
    ...number("ORDINAL_POSITION"),
    ...text("COLUMN_DEFAULT", "IS_NULLABLE", "DATA_TYPE"),
    ...number("CHARACTER_MAXIMUM_LENGTH"),
    ...text(
      "CHARACTER_SET_NAME",
      "COLLATION_NAME",
      "COLUMN_TYPE",
      "COLUMN_KEY",
      "EXTRA",
      "PRIVILEGES",
      "COLUMN_COMMENT",
    ),
  ];
  return view("COLUMNS", columns, () =>
    visibleTables(connection).flatMap(([schema, entry]) =>
      entry.columns.map((item, index) => {
        const isText = item.type === "text" || item.type === "longText";
        const length = /\(([0-9]{1,6})\)/.exec(item.sqlType)?.[1];
        return [
          ...["def", schema, entry.name, item.name, index + 1, null, item.nullable ? "YES" : "NO"],
          item.sqlType.replace(/[ (].*$/, ""),
          isText ? Number(length ?? 65_535) : null,
          isText ? "utf8mb4" : null,
          isText ? "utf8mb4_0900_ai_ci" : null,
          ...[item.sqlType, item.key, item.extra, "select,insert,update,references", ""],
        ];
      }),
    ),
  );
}

function informationSchema(connection: Connection): Table[] {
  return [
    view(
      "CHARACTER_SETS",
      text("CHARACTER_SET_NAME", "DEFAULT_COLLATE_NAME", "DESCRIPTION", "MAXLEN"),
      () => [
        ["latin1", "latin1_swedish_ci", "cp1252 West European", "1"],
        ["utf8mb3", "utf8mb3_general_ci", "UTF-8 Unicode", "3"],
        ["utf8mb4", "utf8mb4_0900_ai_ci", "UTF-8 Unicode", "4"],
        ["binary", "binary", "Binary pseudo charset", "1"],
      ],
    ),
    columnsView(connection),
    view("ENGINES", text("ENGINE", "SUPPORT", "COMMENT", "TRANSACTIONS", "XA", "SAVEPOINTS"), () => engines),
    view(
      "PLUGINS",
      text("PLUGIN_NAME", "PLUGIN_STATUS", "PLUGIN_TYPE", "PLUGIN_LIBRARY", "PLUGIN_LICENSE"),
      () => plugins,
    ),
    view(
      "PROCESSLIST",
      [
        ...number("ID"),
        ...text("USER", "HOST", "DB", "COMMAND"),
        ...number("TIME"),
        ...text("STATE", "INFO"),
      ],
      () => processList(connection, "SELECT"),
    ),
    view("ROUTINES", text("SPECIFIC_NAME", "ROUTINE_SCHEMA", "ROUTINE_NAME", "ROUTINE_TYPE"), () => []),
    view(
      "SCHEMATA",
      text(
        "CATALOG_NAME",
        "SCHEMA_NAME",
        "DEFAULT_CHARACTER_SET_NAME",
        "DEFAULT_COLLATION_NAME",
        "SQL_PATH",
        "DEFAULT_ENCRYPTION",
      ),
      () =>
        connection
          .visibleDatabases()
          .map((name) => ["def", name, "utf8mb4", "utf8mb4_0900_ai_ci", null, "NO"]),
    ),
    view("STATISTICS", text("TABLE_CATALOG", "TABLE_SCHEMA", "TABLE_NAME", "INDEX_NAME", "COLUMN_NAME"), () =>
      visibleTables(connection).flatMap(([schema, entry]) =>
        entry.columns
          .filter(({ key }) => key !== "")
          .map((item) => ["def", schema, entry.name, item.key === "PRI" ? "PRIMARY" : item.name, item.name]),
      ),
    ),
    tablesView(connection),
    view("TRIGGERS", text("TRIGGER_SCHEMA", "TRIGGER_NAME"), () => []),
    view("USER_PRIVILEGES", text("GRANTEE", "TABLE_CATALOG", "PRIVILEGE_TYPE", "IS_GRANTABLE"), () =>
      (connection.isRoot ? privileges : ["USAGE"]).map((name) => [
        `'${connection.user}'@'%'`,
        "def",
        name,
        connection.isRoot ? "YES" : "NO",
      ]),
    ),
    view("VIEWS", text("TABLE_SCHEMA", "TABLE_NAME", "VIEW_DEFINITION"), () => []),
  ];
}

/** A stored password as the account's plugin writes it; of no password that there is. */
function storedPassword(connection: Connection, user: string): string {
  const random = connection.server.persona.random(`mysql-stored-${user}`);
  if (connection.server.pluginOf(user) === "mysql_native_password")
    return `*${Buffer.from(random.bytes(20)).toString("hex").toUpperCase()}`;
  const salt = Buffer.from(random.bytes(15)).toString("base64");
  return `$A$005$${salt}${Buffer.from(random.bytes(33)).toString("base64").slice(0, 43)}`;
}

function userTable(connection: Connection): Table {
  const columns = [
    ...text(
      "Host",
      "User",
      "Select_priv",
      "Insert_priv",
      "Update_priv",
      "Delete_priv",
      "Create_priv",
      "Drop_priv",
    ),
    ...text("Process_priv", "File_priv", "Grant_priv", "Super_priv", "plugin", "authentication_string"),
    ...text("password_expired", "password_last_changed", "account_locked"),
  ];
  const row = (host: string, user: string, yes: "Y" | "N", locked: "Y" | "N" = "N"): Value[] => {
    const stored =
      locked === "Y"
        ? "$A$005$THISISACOMBINATIONOFINVALIDSALTANDPASSWORDTHATMUSTNEVERBRBEUSED"
        : storedPassword(connection, user);
    const changed = stamp(connection.server.persona.installedAt + 3_600_000);
    const plugin = connection.server.pluginOf(user);
    return [host, user, ...Array<Value>(10).fill(yes), plugin, stored, "N", changed, locked];
  };
  const people = connection.server.persona.accounts.filter(({ password }) => password !== null);
  return view("user", columns, () => [
    ...people.map(({ name }) => row("%", name, name === "root" ? "Y" : "N")),
    ...["mysql.infoschema", "mysql.session", "mysql.sys"].map((name) => row("localhost", name, "N", "Y")),
    row("localhost", "root", "Y"),
  ]);
}

const OTHER_TABLES =
  "columns_priv component default_roles engine_cost general_log global_grants gtid_executed help_category help_keyword help_relation help_topic innodb_index_stats innodb_table_stats password_history procs_priv proxies_priv role_edges server_cost servers slave_master_info slave_relay_log_info slave_worker_info slow_log tables_priv time_zone time_zone_name";

function mysqlSchema(connection: Connection): Table[] {
  const { application } = connection.server;
  const limited = connection.server.persona.accounts.filter(
    ({ name, password }) => password !== null && name !== "root",
  );
  return [
    view("db", text("Host", "Db", "User", "Select_priv", "Insert_priv", "Update_priv", "Delete_priv"), () =>
      limited.map(({ name }) => ["%", application, name, "Y", "Y", "Y", "Y"]),
    ),
    view("func", [...text("name"), ...number("ret"), ...text("dl", "type")], () => []),
    view("plugin", text("name", "dl"), () => []),
    userTable(connection),
    ...OTHER_TABLES.split(" ").map((name) => view(name, text("Host", "name"), () => [])),
  ].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function performanceSchema(connection: Connection): Table[] {
  const variables = (): [string, string][] => [...connection.server.variables];
  return [
    view("global_variables", text("VARIABLE_NAME", "VARIABLE_VALUE"), variables),
    view("session_variables", text("VARIABLE_NAME", "VARIABLE_VALUE"), () =>
      variables().map(([name, value]) => [name, connection.variable(name) ?? value]),
    ),
  ];
}

/** The server's own databases as a connection sees them. */
export function systemDatabases(connection: Connection): Databases {
  const named = (tables: readonly Table[]): Map<string, Table> =>
    new Map(tables.map((entry) => [entry.name, entry]));
  return new Map([
    ["information_schema", named(informationSchema(connection))],
    ["mysql", named(mysqlSchema(connection))],
    ["performance_schema", named(performanceSchema(connection))],
    ["sys", new Map()],
  ]);
}
