// The SQL front: statements to outcomes and to the server's errors, and that no text is expensive or throws otherwise.

import { describe, expect, test } from "bun:test";
import { testPersona } from "../../../../test/support/persona.ts";
import { TestClock } from "../../../contract/clock.ts";
import { createSeededRandom } from "../../../contract/random.ts";
import { createPersona } from "../../personas/create.ts";
import { Connection } from "../connection.ts";
import { raisedError } from "../errors.ts";
import { createServer } from "../server.ts";
import { runStatement, splitStatements } from "./statement.ts";

const server = createServer(testPersona());

function connect(user = "root", to = server): Connection {
  return new Connection(to, {
    clock: new TestClock(Date.parse("2026-07-01T10:00:00Z")),
    random: createSeededRandom("sql"),
    threadId: 77,
    user,
    host: "198.51.100.4",
    usedPassword: true,
  });
}

/** Rows of a statement, its affected count, or its error as `code state text`. */
function run(connection: Connection, text: string): unknown {
  try {
    let last: unknown;
    for (const { source, tokens } of splitStatements(text, 32)) {
      const outcome = runStatement(connection, source, tokens);
      last = outcome.kind === "rows" ? outcome.rows.rows : (outcome.done.affected ?? 0);
    }
    return last;
  } catch (error) {
    const failure = raisedError(error);
    if (!failure) throw error;
    return `${failure.code} ${failure.state} ${failure.text}`;
  }
}

test("the port is where the machine offers it", () => {
  let services = ["mysql:3307"];
  const secret = { key: new Uint8Array(32).fill(7), madeAt: Date.parse("2026-06-01T00:00:00Z") };
  const moved = createServer(createPersona(secret, "linux-server", { services: () => services }));
  const connection = connect("root", moved);
  expect(run(connection, "select @@port")).toEqual([["3307"]]);
  services = ["mysql"];
  expect(run(connection, "show variables like 'port'")).toEqual([["port", "3306"]]);
});

const app = server.application;
const syntax = (near: string, line = 1): string =>
  `1064 42000 You have an error in your SQL syntax; check the manual that corresponds to your MySQL server version for the right syntax to use near '${near}' at line ${line}`;

const answers: readonly (readonly [string, unknown])[] = [
  ["select 1", [["1"]]],
  ["SELECT 1+2*3, (1+2)*3, -4, 7 div 2, 7 % 4, 1/4", [["7", "9", "-4", "3", "3", "0.2500"]]],
  ["select 'a' 'b', \"it''s\", 'it''s', 'a\\nb', N", "1054 42S22 Unknown column 'N' in 'field list'"],
  ["select 'a' 'b', 'it''s', x'41'", [["ab", "it's", "A"]]],
  [
    "select 1 = 1.0, 'a' = 'A', null <=> null, null = 1, 1 in (1,2), 3 not in (1,2)",
    [["1", "1", "1", null, "1", "1"]],
  ],
  ["select 5 between 1 and 9, 'abc' like 'a%c', 'abc' not like '_b_', 1 and 0 or 1", [["1", "1", "0", "1"]]],
  [
    "select version(), user(), current_user(), database(), connection_id()",
    [[server.version, "root@198.51.100.4", "root@%", null, "77"]],
  ],
  ["select now(), curdate(), unix_timestamp()", [["2026-07-01 10:00:00", "2026-07-01", "1782900000"]]],
  ["select @@version_comment limit 1", [["MySQL Community Server - GPL"]]],
  ["select @@session.autocommit, @@GLOBAL.port, @@nope", "1193 HY000 Unknown system variable 'nope'"],
  [
    "/* mysql-connector-j-8.0.33 */SELECT  @@session.auto_increment_increment AS auto_increment_increment, @@character_set_client AS c",
    [["1", "utf8mb4"]],
  ],
  ["/*!40101 SET NAMES utf8 */", 0],
  ["SET autocommit=1, @x := 5; select @x + 1", [["6"]]],
  ["set @@session.sql_mode='ANSI'; select @@sql_mode", [["ANSI"]]],
  ["set version='x'", "1238 HY000 Variable 'version' is a read only variable"],
  [
    "select concat('a', null), concat_ws('-', 'a', null, 'b'), hex('AB'), unhex('4142'), md5('a')",
    [[null, "a-b", "4142", "AB", "0cc175b9c0f1b6a831c399e269772661"]],
  ],
  ["select case when 1 then 'y' else 'n' end, if(0,'a','b'), ifnull(null,3)", [["y", "b", "3"]]],
  ["select cast('12' as signed), substring('hello' from 2 for 3), trim('  a ')", [["12", "ell", "a"]]],
  ["select load_file('/etc/passwd')", [[null]]],
  ["select 1 union all select 2 union select 3", [["1"], ["2"], ["3"]]],
  ["select 1 union select 1,2", "1222 21000 The used SELECT statements have a different number of columns"],
  ["select (select 5), 3 in (select 3)", [["5", "1"]]],
  ["selec 1", syntax("selec 1")],
  ["select 1,\n  from x", syntax("from x", 2)],
  ["select 'a", syntax("'a")],
  ["select * from nosuch", "1046 3D000 No database selected"],
  [`select * from ${app}.nosuch`, `1146 42S02 Table '${app}.nosuch' doesn't exist`],
  [`select nope from ${app}.users`, "1054 42S22 Unknown column 'nope' in 'field list'"],
  [`select id from ${app}.users where nope=1`, "1054 42S22 Unknown column 'nope' in 'where clause'"],
  ["use nosuch", "1049 42000 Unknown database 'nosuch'"],
  [`select login from ${app}.users where id = 1`, [["admin"]]],
  [`select count(*) from ${app}.users u where u.role = 'administrator'`, [["1"]]],
  [`select login from ${app}.users order by id limit 1,1`, [["sales"]]],
  ["select schema_name from information_schema.schemata where schema_name like 'my%'", [["mysql"]]],
  ["show variables like 'port'", [["port", "3306"]]],
  ["show tables from nosuch", "1049 42000 Unknown database 'nosuch'"],
  [
    "select 'x' into outfile '/var/www/html/s.php'",
    "1290 HY000 The MySQL server is running with the --secure-file-priv option so it cannot execute this statement",
  ],
  [
    "select 0x4142 into dumpfile '/tmp/x'",
    "1290 HY000 The MySQL server is running with the --secure-file-priv option so it cannot execute this statement",
  ],
  [
    "create function sys_exec returns int soname 'udf.so'",
    "1126 HY000 Can't open shared library 'udf.so' (errno: 2 /usr/lib/mysql/plugin/udf.so: cannot open shared object file: No such file or directory)",
  ],
  ["create function f returns int soname '../udf.so'", "1124 HY000 No paths allowed for shared library"],
  [
    "load data local infile '/etc/passwd' into table x",
    "3948 42000 Loading local data is disabled; this must be enabled on both the client and server sides",
  ],
  ["select extractvalue(1, concat(0x7e, version()))", `1105 HY000 XPATH syntax error: '~${server.version}'`],
  ["drop database mysql", "3552 HY000 Access to system schema 'mysql' is rejected."],
  ["select repeat('a', 100000000)", [[null]]],
  ["select 5 & 3, 5 | 3, 1 << 70", [["1", "7", "0"]]],
  ["select 1e999", "1367 22007 Illegal double '1e999' value found during parsing"],
];

describe("root", () => {
  for (const [text, expected] of answers) {
    test(text.slice(0, 90).replaceAll("\n", " "), () => expect(run(connect(), text)).toEqual(expected));
  }

  test("leaves a note as extortionists do, in its own copy alone", () => {
    const connection = connect();
    const note = `DROP DATABASE ${app}; CREATE DATABASE README_TO_RECOVER; USE README_TO_RECOVER;
      CREATE TABLE RECOVER (id INT AUTO_INCREMENT PRIMARY KEY, text VARCHAR(255) NOT NULL, KEY k (text));
      INSERT INTO RECOVER (text) VALUES ('pay'), ('now'); UPDATE RECOVER SET text = concat(text, '!') WHERE id = 2;
      DELETE FROM RECOVER WHERE id = 1; SELECT * FROM RECOVER`;
    expect(run(connection, note)).toEqual([["2", "now!"]]);
    expect(run(connection, `use ${app}`)).toBe(`1049 42000 Unknown database '${app}'`);
    expect(run(connect(), `select count(*) > 0 from ${app}.users`)).toEqual([["1"]]);
  });

  test("cannot grow a table without bound", () => {
    const connection = connect();
    run(connection, "create database d; use d; create table t (a text)");
    const big = `insert into t values ('${"x".repeat(300_000)}')`;
    const outcomes = Array.from({ length: 6 }, () => run(connection, big));
    expect(outcomes[0]).toBe(1);
    expect(outcomes.at(-1)).toBe("1114 HY000 The table 't' is full");
  });
});

describe("the application's account", () => {
  const denied: readonly (readonly [string, string])[] = [
    ["use mysql", "1044 42000 Access denied for user 'app'@'%' to database 'mysql'"],
    [
      "select * from mysql.user",
      "1142 42000 SELECT command denied to user 'app'@'198.51.100.4' for table 'user'",
    ],
    [
      `drop table ${app}.users`,
      "1142 42000 DROP command denied to user 'app'@'198.51.100.4' for table 'users'",
    ],
    ["create database x", "1044 42000 Access denied for user 'app'@'%' to database 'x'"],
    [
      "select 'x' into outfile '/tmp/x'",
      "1045 28000 Access denied for user 'app'@'198.51.100.4' (using password: YES)",
    ],
    [
      "set global general_log=1",
      "1227 42000 Access denied; you need (at least one of) the SUPER or SYSTEM_VARIABLES_ADMIN privilege(s) for this operation",
    ],
    [
      "create function f returns int soname 'a.so'",
      "1142 42000 INSERT command denied to user 'app'@'198.51.100.4' for table 'func'",
    ],
  ];
  for (const [text, expected] of denied) test(text, () => expect(run(connect("app"), text)).toBe(expected));

  test("sees its own database", () => {
    expect(run(connect("app"), "show databases")).toEqual(
      ["information_schema", "performance_schema", app].sort().map((name) => [name]),
    );
    expect(run(connect("app"), `select count(*) > 5 from ${app}.orders`)).toEqual([["1"]]);
  });
});

describe("hostile text", () => {
  test("never throws anything but the server's errors", () => {
    const random = createSeededRandom("sql-mutations");
    const seeds = answers.map(([text]) => text);
    let rows = 0;
    for (let round = 0; round < 4000; round++) {
      const parts = `${random.pick(seeds)} ${random.pick(seeds)}`.split(/(?<=[ ,()])/);
      for (let i = 0; i < 3; i++)
        parts[random.below(parts.length)] = random.pick([
          "(",
          ")",
          ",",
          "select ",
          "'",
          "*",
          "`",
          "null ",
          "1e9 ",
          "@",
          "@@",
          "--",
          "/*",
        ]);
      if (Array.isArray(run(connect(), parts.join("").slice(0, 400)))) rows++;
    }
    expect(rows).toBeGreaterThan(20);
  });

  test("is ended before it is expensive", () => {
    const deep = `select ${"(".repeat(5000)}1${")".repeat(5000)}`;
    expect(run(connect(), deep)).toStartWith("1064 ");
    const nested = `select ${"not ".repeat(5000)}1`;
    expect(run(connect(), nested)).toStartWith("1064 ");
    const chain = `select ${"1+".repeat(9000)}1`;
    expect(run(connect(), chain)).toStartWith("1064 ");
    const wide = `select ${Array.from({ length: 30_000 }, () => "1").join(",")}`;
    expect(run(connect(), wide)).toStartWith("1064 ");
    const many = "information_schema.columns a, information_schema.columns b";
    for (const item of ["repeat('a', 900000)", `'${"z".repeat(300_000)}'`, "lpad('', 900000, 'x')"]) {
      expect(run(connect(), `select ${item} from ${many} limit 5000`)).toMatch(/^(?:1317|1104) /);
    }
    const own = connect();
    run(
      own,
      `create database d; use d; create table big (a text); insert into big values ('${"q".repeat(400_000)}')`,
    );
    for (const text of [
      "select a from big, information_schema.columns order by a",
      "select distinct a from big, information_schema.columns",
      "select count(*) from big, information_schema.columns group by a",
      "create table copy as select a from big, information_schema.columns",
    ]) {
      expect(run(own, text)).toMatch(/^(?:1317|1114) /);
    }
    const columns = "information_schema.columns";
    expect(run(connect(), `select count(*) from ${columns} a, ${columns} b, ${columns} c`)).toStartWith(
      "1104 ",
    );
    const like = `select repeat('a', 1000000) like '${"%a".repeat(2000)}%b'`;
    expect(run(connect(), like)).toEqual([["0"]]);
  });
});

test("mysql.user names the plugin that each account is asked by", () => {
  const secret = { key: new Uint8Array(32).fill(3), madeAt: Date.parse("2026-06-01T00:00:00Z") };
  const logins = ["root", "deploy"].map((username) => ({ username, password: "x1" }));
  const server = createServer(createPersona(secret, "linux-server", { logins }));
  const rows = run(
    connect("root", server),
    "select user, plugin, authentication_string from mysql.user",
  ) as string[][];
  expect(rows.length).toBeGreaterThan(4);
  for (const [user = "", plugin = "", stored = ""] of rows) {
    expect([user, plugin]).toEqual([user, server.pluginOf(user)]);
    expect(stored).toMatch(plugin === "mysql_native_password" ? /^\*[0-9A-F]{40}$/ : /^\$A\$005\$/);
  }
  expect(new Set(rows.map(([, plugin]) => plugin)).size).toBe(2);
});
