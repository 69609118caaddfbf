// The real vsftpd on loopback with the decoy's anonymous files, for comparison. Needs root, as vsftpd does.

import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SessionFs } from "../../src/decoys/shell/shell.ts";

/** Whether the comparison can run here. */
export const vsftpdUsable = Bun.which("vsftpd") !== null && process.getuid?.() === 0;

/** A running vsftpd. */
export interface RunningVsftpd extends AsyncDisposable {
  readonly port: number;
}

function copyTree(fs: SessionFs, from: string, to: string): void {
  const listed = fs.readdir(from);
  if (!listed.ok) throw new Error(listed.code);
  for (const { name, stat } of listed.value) {
    const path = join(to, name);
    const source = `${from === "/" ? "" : from}/${name}`;
    if (stat.type === "directory") {
      mkdirSync(path);
      copyTree(fs, source, path);
    } else {
      const content = fs.readFile(source);
      writeFileSync(path, content.ok ? content.value : "");
    }
    chownSync(path, stat.uid, stat.gid);
    chmodSync(path, stat.mode);
    utimesSync(path, stat.mtimeMs / 1000, stat.mtimeMs / 1000);
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => resolve(false));
  });
}

/** Starts vsftpd over a copy of `fs`; `more` are further settings. */
export async function startVsftpd(fs: SessionFs, more: readonly string[]): Promise<RunningVsftpd> {
  const dir = mkdtempSync(join(tmpdir(), "decnet-vsftpd-"));
  chmodSync(dir, 0o755);
  const root = join(dir, "root");
  mkdirSync(root);
  mkdirSync(join(dir, "empty"));
  copyTree(fs, "/", root);
  const top = fs.stat("/");
  if (top.ok) {
    chownSync(root, top.value.uid, top.value.gid);
    chmodSync(root, top.value.mode);
    utimesSync(root, top.value.mtimeMs / 1000, top.value.mtimeMs / 1000);
  }
  const port = await new Promise<number>((resolve) => {
    const probe = createServer();
    probe.listen(0, "127.0.0.1", () => {
      const found = (probe.address() as AddressInfo).port;
      probe.close(() => resolve(found));
    });
  });
  const settings = [
    "listen=YES",
    "listen_ipv6=NO",
    `listen_port=${port}`,
    "listen_address=127.0.0.1",
    "background=NO",
    "anonymous_enable=YES",
    "local_enable=YES",
    "write_enable=YES",
    "anon_upload_enable=YES",
    "anon_mkdir_write_enable=YES",
    `anon_root=${root}`,
    "dirmessage_enable=YES",
    "use_localtime=YES",
    "xferlog_enable=NO",
    "connect_from_port_20=NO",
    `secure_chroot_dir=${join(dir, "empty")}`,
    "pam_service_name=vsftpd",
    "ssl_enable=NO",
    `vsftpd_log_file=${join(dir, "log")}`,
    ...more,
  ];
  writeFileSync(join(dir, "vsftpd.conf"), `${settings.join("\n")}\n`);
  const child = Bun.spawn(["vsftpd", join(dir, "vsftpd.conf")], {
    stdout: "ignore",
    stderr: "ignore",
    env: { ...process.env, TZ: "UTC" },
  });
  const deadline = Date.now() + 10_000;
  while (!(await answers(port))) {
    if (Date.now() > deadline || child.exitCode !== null) throw new Error("vsftpd did not start");
    await new Promise((resolve) => setImmediate(resolve));
  }
  return {
    port,
    async [Symbol.asyncDispose]() {
      child.kill("SIGTERM");
      await child.exited;
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
