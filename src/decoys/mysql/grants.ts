// Privileges: what root holds and what an application's account holds, as SHOW GRANTS prints them.
// Source: MySQL 8.0 Reference Manual, "Privileges Provided by MySQL".

import type { Connection } from "./connection.ts";

/** Static privileges, in the order in which the server prints them. */
export const privileges: readonly string[] =
  "SELECT,INSERT,UPDATE,DELETE,CREATE,DROP,RELOAD,SHUTDOWN,PROCESS,FILE,REFERENCES,INDEX,ALTER,SHOW DATABASES,SUPER,CREATE TEMPORARY TABLES,LOCK TABLES,EXECUTE,REPLICATION SLAVE,REPLICATION CLIENT,CREATE VIEW,SHOW VIEW,CREATE ROUTINE,ALTER ROUTINE,CREATE USER,EVENT,TRIGGER,CREATE TABLESPACE,CREATE ROLE,DROP ROLE".split(
    ",",
  );

const DYNAMIC =
  "APPLICATION_PASSWORD_ADMIN,AUDIT_ABORT_EXEMPT,AUDIT_ADMIN,AUTHENTICATION_POLICY_ADMIN,BACKUP_ADMIN,BINLOG_ADMIN,BINLOG_ENCRYPTION_ADMIN,CLONE_ADMIN,CONNECTION_ADMIN,ENCRYPTION_KEY_ADMIN,FLUSH_OPTIMIZER_COSTS,FLUSH_STATUS,FLUSH_TABLES,FLUSH_USER_RESOURCES,GROUP_REPLICATION_ADMIN,PERSIST_RO_VARIABLES_ADMIN,REPLICATION_APPLIER,REPLICATION_SLAVE_ADMIN,ROLE_ADMIN,SERVICE_CONNECTION_ADMIN,SESSION_VARIABLES_ADMIN,SET_USER_ID,SHOW_ROUTINE,SYSTEM_USER,SYSTEM_VARIABLES_ADMIN,TABLE_ENCRYPTION_ADMIN,XA_RECOVER_ADMIN";

/** The lines of SHOW GRANTS. */
export function grantsOf(connection: Connection): string[] {
  const account = `\`${connection.user.replaceAll("`", "``")}\`@\`%\``;
  if (connection.isRoot) {
    return [
      `GRANT ${privileges.join(", ")} ON *.* TO ${account} WITH GRANT OPTION`,
      `GRANT ${DYNAMIC} ON *.* TO ${account} WITH GRANT OPTION`,
    ];
  }
  return [
    `GRANT USAGE ON *.* TO ${account}`,
    `GRANT SELECT, INSERT, UPDATE, DELETE ON \`${connection.server.application}\`.* TO ${account}`,
  ];
}
