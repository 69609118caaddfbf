// What a process that talks to attackers may not ask of the kernel, and that as a program for seccomp(2). Pure.
// It lists what is refused: a JavaScript engine's needs change too often for a list of what is allowed.

import { constants } from "node:os";
import { AF_INET, AF_INET6, AF_UNIX } from "../libc/address.ts";
import type { Call, Machine } from "./calls.ts";
import { numberOf } from "./calls.ts";

const { EPERM, EAFNOSUPPORT, ENOSYS } = constants.errno;

/** A look at an argument: does it equal `value`, or have a bit of it? When so, `gives` is the verdict. */
interface Look {
  readonly argument: number;
  readonly is: "equal" | "with";
  readonly value: number;
  readonly gives: Verdict;
}

/** Let through, or refused with an errno. */
type Verdict = "allow" | number;

/** What holds for one call: the first look that fits, else `otherwise`. */
export interface Rule {
  readonly call: Call;
  readonly looks: readonly Look[];
  readonly otherwise: Verdict;
}

const refuse = (call: Call, otherwise: number = EPERM): Rule => ({ call, looks: [], otherwise });

// <linux/sched.h>: CLONE_NEWNS, CGROUP, UTS, IPC, USER, PID, NET; CLONE_NEWTIME shares its bit with the signal number
const CLONE_NAMESPACES = 0x7e02_0000;
const CLONE_THREAD = 0x1_0000;
/** <linux/socket.h>: data with the SYN, which connects (TCP fast open). */
const MSG_FASTOPEN = 0x2000_0000;
/** <asm-generic/ioctls.h>: puts characters into a terminal's input. */
const TIOCSTI = 0x5412;
const TIOCLINUX = 0x541c;

/** Never needed by who only serves. */
const NEVER: readonly Call[] = [
  ...(["ptrace", "process_vm_readv", "process_vm_writev", "process_madvise", "kcmp"] as const),
  ...(["pidfd_open", "pidfd_getfd", "userfaultfd", "perf_event_open", "bpf", "fork", "vfork"] as const),
  ...(["mount", "umount2", "pivot_root", "chroot", "move_mount", "open_tree", "open_tree_attr"] as const),
  ...(["fsopen", "fsconfig", "fsmount", "fspick", "mount_setattr", "setns", "unshare"] as const),
  ...(["keyctl", "add_key", "request_key", "init_module", "finit_module", "delete_module"] as const),
  ...(["kexec_load", "kexec_file_load", "reboot", "swapon", "swapoff", "acct", "syslog"] as const),
  ...(["quotactl", "quotactl_fd", "settimeofday", "clock_settime", "clock_adjtime", "adjtimex"] as const),
  ...(["iopl", "ioperm", "modify_ldt", "vhangup", "sethostname", "setdomainname", "personality"] as const),
  ...(["io_uring_setup", "io_uring_enter", "io_uring_register", "fanotify_init"] as const),
  ...(["open_by_handle_at", "name_to_handle_at", "mknod", "mknodat", "lookup_dcookie"] as const),
  ...(["nfsservctl", "uselib", "bind"] as const),
];

const onlyFamilies = (call: Call, families: readonly number[]): Rule => ({
  call,
  looks: families.map((value) => ({ argument: 0, is: "equal", value, gives: "allow" })),
  otherwise: EAFNOSUPPORT,
});

const without = (call: Call, argument: number, value: number): Rule => ({
  call,
  looks: [{ argument, is: "with", value, gives: EPERM }],
  otherwise: "allow",
});

/** The rules. With `internet`, sockets of IPv4 and IPv6 may be made: for a bus that is reached over them. */
export function fenceRules({ internet }: { readonly internet: boolean }): readonly Rule[] {
  const families = internet ? [AF_UNIX, AF_INET, AF_INET6] : [AF_UNIX];
  return [
    ...NEVER.map((call) => refuse(call)),
    // Its flags lie in memory, where a filter can't look; the C library goes on with clone(2).
    refuse("clone3", ENOSYS),
    {
      call: "clone",
      looks: [
        { argument: 0, is: "with", value: CLONE_NAMESPACES, gives: EPERM },
        { argument: 0, is: "with", value: CLONE_THREAD, gives: "allow" },
      ],
      otherwise: EPERM,
    },
    onlyFamilies("socket", families),
    onlyFamilies("socketpair", [AF_UNIX]),
    without("sendto", 3, MSG_FASTOPEN),
    without("sendmsg", 2, MSG_FASTOPEN),
    without("sendmmsg", 3, MSG_FASTOPEN),
    {
      call: "ioctl",
      looks: [
        { argument: 1, is: "equal", value: TIOCSTI, gives: EPERM },
        { argument: 1, is: "equal", value: TIOCLINUX, gives: EPERM },
      ],
      otherwise: "allow",
    },
  ];
}

/** The last door, shut once this program is what runs: no other one is started. */
export const noPrograms: readonly Rule[] = [refuse("execve"), refuse("execveat")];

// <linux/filter.h>, <linux/seccomp.h>, <linux/audit.h>
const LOAD = 0x20;
const JUMP_EQUAL = 0x15;
const JUMP_AT_LEAST = 0x35;
const JUMP_WITH = 0x45;
const RETURN = 0x06;
const ALLOW = 0x7fff_0000;
const ERRNO = 0x0005_0000;
const KILL_PROCESS = 0x8000_0000;
const ARCHITECTURE: Readonly<Record<Machine, number>> = { x64: 0xc000_003e, arm64: 0xc000_00b7 };
/** Calls of the x32 ABI have this bit; nothing of ours uses it. */
const X32 = 0x4000_0000;

type Instruction = readonly [code: number, yes: number, no: number, value: number];

const verdict = (found: Verdict): Instruction => [
  RETURN,
  0,
  0,
  found === "allow" ? ALLOW : (ERRNO | found) >>> 0,
];

/** Low half of an argument (struct seccomp_data): the kernel reads no more of those that are looked at. */
const argumentAt = (index: number): number => 16 + 8 * index;

function block(rule: Rule, number: number): Instruction[] {
  const body = rule.looks.flatMap(({ argument, is, value, gives }): Instruction[] => [
    [LOAD, 0, 0, argumentAt(argument)],
    [is === "equal" ? JUMP_EQUAL : JUMP_WITH, 0, 1, value],
    verdict(gives),
  ]);
  const all = [...body, verdict(rule.otherwise)];
  return [[JUMP_EQUAL, 0, all.length, number], ...all];
}

/** The program: struct sock_filter[], 8 bytes each. Another architecture's calls end the process. */
export function assemble(rules: readonly Rule[], machine: Machine): Uint8Array {
  const program: Instruction[] = [
    [LOAD, 0, 0, 4],
    [JUMP_EQUAL, 1, 0, ARCHITECTURE[machine]],
    [RETURN, 0, 0, KILL_PROCESS],
    [LOAD, 0, 0, 0],
    ...(machine === "x64"
      ? ([
          [JUMP_AT_LEAST, 0, 1, X32],
          [RETURN, 0, 0, KILL_PROCESS],
        ] as const)
      : []),
    ...rules.flatMap((rule) => {
      const number = numberOf(rule.call, machine);
      return number === undefined ? [] : block(rule, number);
    }),
    verdict("allow"),
  ];
  const out = new Uint8Array(program.length * 8);
  const view = new DataView(out.buffer);
  for (const [i, [code, yes, no, value]] of program.entries()) {
    view.setUint16(8 * i, code, true);
    view.setUint8(8 * i + 2, yes);
    view.setUint8(8 * i + 3, no);
    view.setUint32(8 * i + 4, value, true);
  }
  return out;
}
