// System variables of the persona's server: Debian paths, MySQL 8.0 defaults, and what its administrator set.
// Facts: MySQL 8.0 Reference Manual, "Server System Variables".

import type { Persona } from "../personas/persona.ts";

const defaults = `
activate_all_roles_on_login=OFF
admin_port=33062
auto_generate_certs=OFF
auto_increment_increment=1
auto_increment_offset=1
autocommit=ON
automatic_sp_privileges=ON
back_log=151
basedir=/usr/
big_tables=OFF
bind_address=*
binlog_cache_size=32768
binlog_format=ROW
bulk_insert_buffer_size=8388608
caching_sha2_password_auto_generate_rsa_keys=ON
caching_sha2_password_private_key_path=private_key.pem
caching_sha2_password_public_key_path=public_key.pem
character_set_client=utf8mb4
character_set_connection=utf8mb4
character_set_database=utf8mb4
character_set_filesystem=binary
character_set_results=utf8mb4
character_set_server=utf8mb4
character_set_system=utf8mb3
character_sets_dir=/usr/share/mysql/charsets/
collation_connection=utf8mb4_0900_ai_ci
collation_database=utf8mb4_0900_ai_ci
collation_server=utf8mb4_0900_ai_ci
completion_type=NO_CHAIN
concurrent_insert=AUTO
connect_timeout=10
datadir=/var/lib/mysql/
default_authentication_plugin=caching_sha2_password
default_collation_for_utf8mb4=utf8mb4_0900_ai_ci
default_storage_engine=InnoDB
default_tmp_storage_engine=InnoDB
default_week_format=0
div_precision_increment=4
event_scheduler=ON
expire_logs_days=0
explicit_defaults_for_timestamp=ON
foreign_key_checks=ON
general_log=OFF
group_concat_max_len=1024
have_compress=YES
have_dynamic_loading=YES
have_openssl=DISABLED
have_profiling=YES
have_query_cache=NO
have_ssl=DISABLED
have_symlink=DISABLED
identity=0
init_connect=
innodb_buffer_pool_size=134217728
innodb_file_per_table=ON
innodb_flush_log_at_trx_commit=1
innodb_version=
interactive_timeout=28800
join_buffer_size=262144
key_buffer_size=8388608
large_page_size=0
last_insert_id=0
lc_messages=en_US
lc_time_names=en_US
license=GPL
local_infile=OFF
lock_wait_timeout=31536000
log_bin=ON
log_error=/var/log/mysql/error.log
log_output=FILE
long_query_time=10.000000
lower_case_file_system=OFF
lower_case_table_names=0
max_allowed_packet=1048576
max_connect_errors=100
max_connections=151
max_execution_time=0
max_join_size=18446744073709551615
max_sort_length=1024
max_user_connections=0
mysqlx_port=33060
named_pipe=OFF
net_buffer_length=16384
net_read_timeout=30
net_retry_count=10
net_write_timeout=60
open_files_limit=10000
optimizer_search_depth=62
password_history=0
performance_schema=ON
persisted_globals_load=ON
pid_file=/run/mysqld/mysqld.pid
plugin_dir=/usr/lib/mysql/plugin/
port=3306
protocol_compression_algorithms=uncompressed
protocol_version=10
query_cache_size=0
query_cache_type=OFF
read_only=OFF
require_secure_transport=OFF
secure_file_priv=/var/lib/mysql-files/
server_id=1
show_gipk_in_create_table_and_information_schema=ON
skip_external_locking=ON
skip_name_resolve=ON
skip_networking=OFF
skip_show_database=OFF
slow_query_log=OFF
socket=/run/mysqld/mysqld.sock
sort_buffer_size=262144
sql_auto_is_null=OFF
sql_big_selects=ON
sql_log_bin=ON
sql_mode=ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION
sql_quote_show_create=ON
sql_safe_updates=OFF
sql_select_limit=18446744073709551615
super_read_only=OFF
sync_binlog=1
system_time_zone=UTC
table_open_cache=4000
thread_cache_size=9
thread_stack=1048576
time_format=%H:%i:%s
time_zone=SYSTEM
tls_version=
tmp_table_size=16777216
tmpdir=/tmp
transaction_isolation=REPEATABLE-READ
transaction_read_only=OFF
tx_isolation=REPEATABLE-READ
unique_checks=ON
updatable_views_with_limit=YES
version=
version_comment=MySQL Community Server - GPL
version_compile_machine=
version_compile_os=Linux
version_compile_zlib=1.3.1
wait_timeout=28800
warning_count=0
error_count=0
`;

/** Variables that 8.0 no longer has, kept out of what the table offers. */
const GONE = new Set(["query_cache_size", "query_cache_type", "tx_isolation", "expire_logs_days"]);

/** Variables that SET refuses. */
export const readOnlyVariables: ReadonlySet<string> = new Set(
  "version version_comment version_compile_machine version_compile_os basedir datadir port socket hostname server_uuid secure_file_priv plugin_dir pid_file have_ssl have_openssl tmpdir lower_case_table_names protocol_version license log_error bind_address skip_networking".split(
    " ",
  ),
);

/** Variables of the persona's server, by name in lower case, in the order in which they are shown. */
export function createVariables(persona: Persona, version: string): ReadonlyMap<string, string> {
  const pairs = defaults
    .trim()
    .split("\n")
    .map((line): [string, string] => {
      const at = line.indexOf("=");
      return [line.slice(0, at), line.slice(at + 1)];
    });
  const uuid = Buffer.from(persona.random("mysql-uuid").bytes(16)).toString("hex");
  const variables = new Map(pairs.filter(([name]) => !GONE.has(name)));
  const [port] = persona.portsOf("mysql");
  if (port !== undefined) variables.set("port", String(port));
  variables.set("version", version);
  variables.set("innodb_version", version);
  variables.set("version_compile_machine", persona.os.machine);
  variables.set("hostname", persona.hostname);
  variables.set(
    "server_uuid",
    `${uuid.slice(0, 8)}-${uuid.slice(8, 12)}-11ef-${uuid.slice(16, 20)}-${uuid.slice(20)}`,
  );
  return new Map([...variables].sort(([a], [b]) => (a < b ? -1 : 1)));
}
