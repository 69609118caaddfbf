// What the products of a persona leave on a Debian disk: their configuration, homes and logs, and the kernel's modules.

import { currentContent } from "../vfs/content.ts";
import type { TreeBuilder } from "./builder.ts";
import { addFtpFiles } from "./files-ftp.ts";
import { addSiteFiles } from "./files-site.ts";
import type { World } from "./world.ts";

const NGINX = `user www-data;
worker_processes auto;
pid /run/nginx.pid;
error_log /var/log/nginx/error.log;
include /etc/nginx/modules-enabled/*.conf;

events {
	worker_connections 768;
}

http {
	sendfile on;
	tcp_nopush on;
	types_hash_max_size 2048;

	include /etc/nginx/mime.types;
	default_type application/octet-stream;

	access_log /var/log/nginx/access.log;
	gzip on;

	include /etc/nginx/conf.d/*.conf;
	include /etc/nginx/sites-enabled/*;
}
`;
const nginxSite = (ports: readonly number[]): string => `server {
${(ports.length === 0 ? [80] : ports).map((port) => `	listen ${port} default_server;\n`).join("")}
	root /var/www/html;
	index index.html index.htm index.nginx-debian.html;
	server_name _;

	location / {
		try_files $uri $uri/ =404;
	}
}
`;
const redisConf = ([port = 6379]: readonly number[]): string => `bind 0.0.0.0
protected-mode no
port ${port}
tcp-backlog 511
timeout 0
tcp-keepalive 300
daemonize yes
supervised auto
pidfile /run/redis/redis-server.pid
loglevel notice
logfile /var/log/redis/redis-server.log
databases 16
save 3600 1 300 100 60 10000
dbfilename dump.rdb
dir /var/lib/redis
`;
const vsftpdConf = ([port = 21]: readonly number[]): string => `listen=YES
${port === 21 ? "" : `listen_port=${port}\n`}listen_ipv6=NO
anonymous_enable=YES
local_enable=YES
dirmessage_enable=YES
use_localtime=YES
xferlog_enable=YES
connect_from_port_20=YES
secure_chroot_dir=/var/run/vsftpd/empty
pam_service_name=vsftpd
`;
const mysqldConf = ([port = 3306]: readonly number[]): string => `[mysqld]
user		= mysql
${port === 3306 ? "" : `port		= ${port}\n`}pid-file	= /var/run/mysqld/mysqld.pid
socket		= /var/run/mysqld/mysqld.sock
datadir		= /var/lib/mysql
log-error	= /var/log/mysql/error.log
bind-address	= 0.0.0.0
`;

/** A file of settings that tells the ports of a service. */
interface PortFile {
  readonly path: string;
  readonly text: (ports: readonly number[]) => string;
  readonly options?: Parameters<TreeBuilder["file"]>[2];
}

function addConfig(tree: TreeBuilder, { persona }: World, service: string, file: PortFile): void {
  const content = currentContent(() => file.text(persona.portsOf(service)));
  tree.file(file.path, content, file.options);
}

function addHttp(tree: TreeBuilder, world: World): void {
  tree.file("/etc/nginx/nginx.conf", NGINX);
  tree.file(
    "/etc/nginx/mime.types",
    "types {\n    text/html    html htm shtml;\n    text/css     css;\n    image/png    png;\n}\n",
  );
  addConfig(tree, world, "http", { path: "/etc/nginx/sites-available/default", text: nginxSite });
  tree.link("/etc/nginx/sites-enabled/default", "/etc/nginx/sites-available/default");
  for (const folder of ["conf.d", "modules-enabled", "snippets"]) tree.dir(`/etc/nginx/${folder}`);
  tree.dir("/var/log/nginx", { gid: 4 });
  tree.file("/var/log/nginx/access.log", "", { mode: 0o640, uid: 33, gid: 4 });
  tree.file("/var/log/nginx/error.log", "", { mode: 0o640, uid: 33, gid: 4 });
  addSiteFiles(tree, world);
}

function addMysql(tree: TreeBuilder, world: World): void {
  tree.file("/etc/mysql/mysql.cnf", "!includedir /etc/mysql/conf.d/\n!includedir /etc/mysql/mysql.conf.d/\n");
  tree.link("/etc/mysql/my.cnf", "/etc/alternatives/my.cnf");
  tree.link("/etc/alternatives/my.cnf", "/etc/mysql/mysql.cnf");
  tree.file("/etc/mysql/conf.d/mysql.cnf", "[mysql]\n");
  addConfig(tree, world, "mysql", { path: "/etc/mysql/mysql.conf.d/mysqld.cnf", text: mysqldConf });
  tree.dir("/var/lib/mysql", { mode: 0o700, uid: 104, gid: 111 });
  tree.dir("/var/log/mysql", { mode: 0o750, uid: 104, gid: 4 });
}

function addModules(tree: TreeBuilder, release: string): void {
  const root = `/usr/lib/modules/${release}`;
  const modules = [
    "kernel/fs/ext4/ext4.ko",
    "kernel/fs/jbd2/jbd2.ko",
    "kernel/fs/mbcache.ko",
    "kernel/lib/crc16.ko",
    "kernel/drivers/net/virtio_net.ko",
    "kernel/drivers/net/net_failover.ko",
    "kernel/net/core/failover.ko",
    "kernel/drivers/scsi/sd_mod.ko",
  ];
  for (const path of modules)
    tree.file(`${root}/${path}`, {
      size: 20_000 + path.length * 811,
      slice: (offset: number, length: number) =>
        "\x7fELF\x02\x01\x01".padEnd(64, "\0").slice(offset, offset + length),
    });
  tree.file(`${root}/modules.order`, modules.map((path) => `${path}\n`).join(""));
  tree.file(
    `${root}/modules.builtin`,
    "kernel/fs/binfmt_script.ko\nkernel/drivers/tty/serial/8250/8250.ko\n",
  );
  tree.file(
    `${root}/modules.dep`,
    modules
      .map((path) =>
        path.endsWith("ext4.ko")
          ? `${path}: kernel/lib/crc16.ko kernel/fs/mbcache.ko kernel/fs/jbd2/jbd2.ko\n`
          : `${path}:\n`,
      )
      .join(""),
  );
}

/** Adds what the persona's products bring. */
export function addProductFiles(tree: TreeBuilder, world: World): void {
  const { products, os } = world.persona;
  addModules(tree, os.release);
  if ("http" in products) addHttp(tree, world);
  if ("mysql" in products) addMysql(tree, world);
  if ("redis" in products) {
    tree.dir("/etc/redis", { mode: 0o750, uid: 103, gid: 110 });
    addConfig(tree, world, "redis", {
      path: "/etc/redis/redis.conf",
      text: redisConf,
      options: { mode: 0o640, uid: 103, gid: 110 },
    });
    tree.dir("/var/lib/redis", { mode: 0o750, uid: 103, gid: 110 });
    tree.dir("/var/log/redis", { mode: 0o750, uid: 103, gid: 4 });
  }
  if ("ftp" in products) {
    addConfig(tree, world, "ftp", { path: "/etc/vsftpd.conf", text: vsftpdConf });
    addFtpFiles(tree, world.persona);
  }
}
