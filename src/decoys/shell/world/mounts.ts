// Mounted file systems: the one table behind mount, df, /proc/mounts and what can be written.

import type { Persona } from "../../personas/persona.ts";
import type { ByteString } from "../shell.ts";

/** One mount. Sizes in KiB; `size` 0 is a file system that df leaves out. */
export interface Mount {
  readonly device: string;
  readonly path: ByteString;
  readonly type: string;
  readonly options: string;
  readonly size: number;
  readonly used: number;
}

/** The mounts of a persona, in the order of mounting. */
export function mountsOf(persona: Persona): readonly Mount[] {
  const random = persona.random("shell-mounts");
  const { diskKib, memoryKib } = persona.hardware;
  if (persona.os.flavour === "busybox") {
    const root = 3584;
    const jffs = diskKib - 5120;
    const kernel = (path: string, type: string): Mount => ({
      device: type === "ramfs" ? "ramfs" : "none",
      path,
      type,
      options: "rw",
      size: 0,
      used: 0,
    });
    return [
      { device: "/dev/root", path: "/", type: "squashfs", options: "ro", size: root, used: root },
      kernel("/proc", "proc"),
      kernel("/sys", "sysfs"),
      kernel("/dev", "ramfs"),
      kernel("/dev/pts", "devpts"),
      kernel("/tmp", "ramfs"),
      {
        device: "/dev/mtdblock/4",
        path: "/jffs",
        type: "jffs2",
        options: "rw",
        size: jffs,
        used: 220 + random.below(200),
      },
    ];
  }
  const half = Math.floor(memoryKib / 2);
  const fifth = Math.floor(memoryKib / 10);
  return [
    {
      device: "sysfs",
      path: "/sys",
      type: "sysfs",
      options: "rw,nosuid,nodev,noexec,relatime",
      size: 0,
      used: 0,
    },
    {
      device: "proc",
      path: "/proc",
      type: "proc",
      options: "rw,nosuid,nodev,noexec,relatime",
      size: 0,
      used: 0,
    },
    {
      device: "udev",
      path: "/dev",
      type: "devtmpfs",
      options: `rw,nosuid,relatime,size=${half - 21_060}k,nr_inodes=${Math.floor(half / 4)},mode=755,inode64`,
      size: half - 21_060,
      used: 0,
    },
    {
      device: "devpts",
      path: "/dev/pts",
      type: "devpts",
      options: "rw,nosuid,noexec,relatime,gid=5,mode=620,ptmxmode=000",
      size: 0,
      used: 0,
    },
    {
      device: "tmpfs",
      path: "/run",
      type: "tmpfs",
      options: `rw,nosuid,nodev,noexec,relatime,size=${fifth}k,mode=755,inode64`,
      size: fifth,
      used: 540 + random.below(200),
    },
    {
      device: "/dev/sda1",
      path: "/",
      type: "ext4",
      options: "rw,relatime,errors=remount-ro",
      size: diskKib,
      used: Math.floor(diskKib * (0.08 + random.fraction() * 0.3)),
    },
    {
      device: "securityfs",
      path: "/sys/kernel/security",
      type: "securityfs",
      options: "rw,nosuid,nodev,noexec,relatime",
      size: 0,
      used: 0,
    },
    {
      device: "tmpfs",
      path: "/dev/shm",
      type: "tmpfs",
      options: "rw,nosuid,nodev,inode64",
      size: half,
      used: 0,
    },
    {
      device: "tmpfs",
      path: "/run/lock",
      type: "tmpfs",
      options: "rw,nosuid,nodev,noexec,relatime,size=5120k,inode64",
      size: 5120,
      used: 0,
    },
    {
      device: "cgroup2",
      path: "/sys/fs/cgroup",
      type: "cgroup2",
      options: "rw,nosuid,nodev,noexec,relatime,nsdelegate,memory_recursiveprot",
      size: 0,
      used: 0,
    },
    {
      device: "tmpfs",
      path: "/run/user/0",
      type: "tmpfs",
      options: `rw,nosuid,nodev,relatime,size=${fifth}k,nr_inodes=${Math.floor(fifth / 4)},mode=700,inode64`,
      size: fifth,
      used: 0,
    },
  ];
}

/** The mount that holds an absolute path. */
export function mountOf(mounts: readonly Mount[], path: ByteString): Mount | undefined {
  let best: Mount | undefined;
  for (const mount of mounts) {
    const holds = mount.path === "/" || path === mount.path || path.startsWith(`${mount.path}/`);
    if (holds && (!best || mount.path.length >= best.path.length)) best = mount;
  }
  return best;
}
