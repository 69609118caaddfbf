// Processes of the machine itself: the one table behind ps, top, pidof, kill and /proc.

import type { Persona } from "../../personas/persona.ts";

/** A process that runs since boot. Sizes in KiB, `cpuSeconds` of processor time. */
export interface BaseProcess {
  readonly pid: number;
  readonly ppid: number;
  readonly user: string;
  readonly vsz: number;
  readonly rss: number;
  readonly stat: string;
  readonly command: string;
  readonly cpuSeconds: number;
  /** Seconds after boot. */
  readonly startedAfter: number;
  /** The decoy whose server it is: it runs while the machine offers that. */
  readonly service?: string;
}

const DEBIAN_KERNEL = [
  "kthreadd",
  "rcu_gp",
  "rcu_par_gp",
  "slub_flushwq",
  "netns",
  "kworker/0:0H-events_highpri",
  "mm_percpu_wq",
  "rcu_tasks_kthread",
  "rcu_tasks_rude_kthread",
  "rcu_tasks_trace_kthread",
  "ksoftirqd/0",
  "rcu_preempt",
  "migration/0",
  "cpuhp/0",
  "kdevtmpfs",
  "inet_frag_wq",
  "kauditd",
  "khungtaskd",
  "oom_reaper",
  "writeback",
  "kcompactd0",
  "ksmd",
  "khugepaged",
  "kintegrityd",
  "kblockd",
  "blkcg_punt_bio",
  "tpm_dev_wq",
  "edac-poller",
  "devfreq_wq",
  "kswapd0",
  "kthrotld",
  "acpi_thermal_pm",
  "mld",
  "ipv6_addrconf",
  "kstrp",
  "ata_sff",
  "scsi_eh_0",
  "scsi_tmf_0",
  "jbd2/sda1-8",
  "ext4-rsv-conver",
];
const DEVICE_KERNEL = [
  "kthreadd",
  "ksoftirqd/0",
  "events/0",
  "khelper",
  "kblockd/0",
  "pdflush",
  "pdflush",
  "kswapd0",
  "aio/0",
  "mtdblockd",
  "jffs2_gcd_mtd4",
];

type Daemon = readonly [
  user: string,
  vsz: number,
  rss: number,
  stat: string,
  command: string,
  service?: string,
];

const DEBIAN_DAEMONS: readonly Daemon[] = [
  ["root", 33_132, 11_904, "Ss", "/lib/systemd/systemd-journald"],
  ["root", 25_908, 6_220, "Ss", "/lib/systemd/systemd-udevd"],
  ["root", 6_608, 2_688, "Ss", "/usr/sbin/cron -f"],
  [
    "messagebus",
    7_940,
    4_096,
    "Ss",
    "/usr/bin/dbus-daemon --system --address=systemd: --nofork --nopidfile --systemd-activation --syslog-only",
  ],
  ["root", 221_780, 6_272, "Ssl", "/usr/sbin/rsyslogd -n -iNONE"],
  ["root", 17_144, 7_808, "Ss", "/lib/systemd/systemd-logind"],
  ["root", 5_868, 1_024, "Ss+", "/sbin/agetty -o -p -- \\u --noclear - linux"],
];

/** What stands for the port in the title of a redis-server. */
const REDIS_PORT = ":6379";

const SERVICES = new Map<string, readonly Daemon[]>([
  ["ssh", [["root", 15_440, 8_832, "Ss", "sshd: /usr/sbin/sshd -D [listener] 0 of 10-100 startups"]]],
  ["ftp", [["root", 8_160, 3_328, "Ss", "/usr/sbin/vsftpd /etc/vsftpd.conf"]]],
  ["redis", [["redis", 65_676, 13_952, "Ssl", `/usr/bin/redis-server 0.0.0.0${REDIS_PORT}`]]],
  ["mysql", [["mysql", 1_792_404, 398_336, "Ssl", "/usr/sbin/mysqld"]]],
  [
    "http",
    [
      ["root", 11_140, 1_664, "Ss", "nginx: master process /usr/sbin/nginx -g daemon on; master_process on;"],
      ["www-data", 12_856, 4_608, "S", "nginx: worker process"],
      ["www-data", 12_856, 4_608, "S", "nginx: worker process"],
    ],
  ],
]);

const DEVICE_DAEMONS: readonly Daemon[] = [
  ["root", 892, 332, "S", "watchdog"],
  ["root", 1_340, 484, "S", "resetbutton"],
  ["root", 1_484, 620, "S", "dnsmasq --conf-file=/tmp/dnsmasq.conf"],
  ["root", 1_360, 532, "S", "wland"],
  ["root", 1_376, 480, "S", "syslogd -L"],
  ["root", 1_372, 420, "S", "klogd"],
  ["root", 1_372, 432, "S", "telnetd"],
  ["root", 1_340, 496, "S", "cron"],
  ["root", 1_348, 500, "S", "process_monitor"],
];

/** Those of `all` that run while the machine offers what it offers now. */
export function runningOf(persona: Persona, all: readonly BaseProcess[]): readonly BaseProcess[] {
  return all.flatMap((one): BaseProcess[] => {
    if (one.service === undefined) return [one];
    const [port] = persona.portsOf(one.service);
    return port === undefined ? [] : [{ ...one, command: one.command.replace(REDIS_PORT, `:${port}`) }];
  });
}

/** Every process that a persona may run, in order of their ids. */
export function processesOf(persona: Persona): readonly BaseProcess[] {
  const random = persona.random("shell-processes");
  const debian = persona.os.flavour === "debian";
  const out: BaseProcess[] = [];
  const init: Daemon = debian
    ? ["root", 168_288, 12_880, "Ss", "/sbin/init"]
    : ["root", 1_356, 508, "S", "/sbin/init noinitrd"];
  const add = (pid: number, ppid: number, daemon: Daemon, after: number): void => {
    const [user, vsz, rss, stat, command, service] = daemon;
    out.push({
      pid,
      ppid,
      user,
      vsz,
      rss,
      stat,
      command,
      cpuSeconds: 0.01 * random.below(stat.startsWith("I") ? 40 : 4000),
      startedAfter: after,
      ...(service !== undefined && { service }),
    });
  };
  add(1, 0, init, 0);
  for (const [i, name] of (debian ? DEBIAN_KERNEL : DEVICE_KERNEL).entries()) {
    const workqueue =
      debian &&
      /wq|_gp|netns|kworker|writeback|kblockd|mld|addrconf|kstrp|ata_sff|tmf|rsv|poller|thrott|thermal|kintegrityd|punt/.test(
        name,
      );
    add(2 + i + Math.floor(i / 6), i === 0 ? 0 : 2, ["root", 0, 0, workqueue ? "I<" : "S", `[${name}]`], 0);
  }
  let pid = debian ? 240 + random.below(60) : 140 + random.below(40);
  const services = debian
    ? [...SERVICES]
        .filter(([name]) => name in persona.products)
        .flatMap(([name, list]) =>
          list.map(([user, vsz, rss, stat, command]): Daemon => [user, vsz, rss, stat, command, name]),
        )
    : [];
  for (const daemon of [...(debian ? DEBIAN_DAEMONS : DEVICE_DAEMONS), ...services]) {
    add(pid, daemon[4] === "nginx: worker process" ? pid - 1 : 1, daemon, 3 + Math.floor((pid % 97) / 10));
    pid += daemon[4].startsWith("nginx") ? 1 : 3 + random.below(60);
  }
  return out;
}
