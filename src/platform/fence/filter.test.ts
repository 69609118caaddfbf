import { describe, expect, test } from "bun:test";
import type { Call, Machine } from "./calls.ts";
import { numberOf } from "./calls.ts";
import { assemble, fenceRules, noPrograms } from "./filter.ts";

const ARCHITECTURE = { x64: 0xc000_003e, arm64: 0xc000_00b7 } as const;
const ALLOW = "allow";

/** What the kernel's interpreter makes of the program (bpf(4), seccomp(2)): the verdict for one call. */
function decide(program: Uint8Array, architecture: number, number: number, args: readonly number[]): string {
  const data = new DataView(new ArrayBuffer(64));
  data.setUint32(0, number, true);
  data.setUint32(4, architecture, true);
  for (const [i, value] of args.entries()) data.setBigUint64(16 + 8 * i, BigInt(value), true);
  const view = new DataView(program.buffer);
  let loaded = 0;
  for (let at = 0, steps = 0; steps < 1000; at++, steps++) {
    const value = view.getUint32(8 * at + 4, true);
    const jump = (holds: boolean): void => {
      at += view.getUint8(8 * at + (holds ? 2 : 3));
    };
    switch (view.getUint16(8 * at, true)) {
      case 0x20:
        loaded = data.getUint32(value, true);
        break;
      case 0x15:
        jump(loaded === value);
        break;
      case 0x35:
        jump(loaded >= value);
        break;
      case 0x45:
        jump((loaded & value) !== 0);
        break;
      case 0x06:
        if (value === 0x7fff_0000) return ALLOW;
        return value === 0x8000_0000 ? "kill" : `errno ${value & 0xffff}`;
      default:
        throw new Error("unknown instruction");
    }
  }
  throw new Error("the program does not end");
}

const EPERM = "errno 1";
const EAFNOSUPPORT = "errno 97";
const ENOSYS = "errno 38";

describe.each(["x64", "arm64"] as const)("the filter on %s", (machine: Machine) => {
  const program = assemble(fenceRules({ internet: false }), machine);
  const verdict = (call: Call, ...args: number[]): string | undefined => {
    const number = numberOf(call, machine);
    return number === undefined ? undefined : decide(program, ARCHITECTURE[machine], number, args);
  };

  test("is a program that the kernel takes: at most 4,096 instructions", () => {
    expect(program.length % 8).toBe(0);
    expect(program.length / 8).toBeLessThan(4096);
  });

  test("lets sockets of UNIX through, and of nothing else", () => {
    expect(verdict("socket", 1, 1, 0)).toBe(ALLOW);
    for (const family of [0, 2, 10, 16, 17, 38, 40, 44])
      expect(verdict("socket", family, 1, 0)).toBe(EAFNOSUPPORT);
    expect(verdict("socketpair", 1, 1, 0)).toBe(ALLOW);
    expect(verdict("bind", 3)).toBe(EPERM);
  });

  test("lets threads begin, and neither processes nor namespaces", () => {
    const pthread = 0x3d_0f00;
    expect(verdict("clone", pthread)).toBe(ALLOW);
    expect(verdict("clone", 17)).toBe(EPERM);
    for (const flag of [0x2_0000, 0x1000_0000, 0x4000_0000])
      expect(verdict("clone", pthread | flag)).toBe(EPERM);
    expect(verdict("clone3")).toBe(ENOSYS);
  });

  test("refuses data with a SYN, and lets other data go", () => {
    expect(verdict("sendto", 3, 0, 0, 0x2000_4000)).toBe(EPERM);
    expect(verdict("sendto", 3, 0, 0, 0x4000)).toBe(ALLOW);
    expect(verdict("sendmsg", 3, 0, 0x2000_0000)).toBe(EPERM);
    expect(verdict("sendmmsg", 3, 0, 0, 0x2000_0000)).toBe(EPERM);
    expect(verdict("ioctl", 0, 0x5412)).toBe(EPERM);
    expect(verdict("ioctl", 0, 0x541b)).toBe(ALLOW);
  });

  test.each([
    "ptrace",
    "mount",
    "unshare",
    "setns",
    "bpf",
    "keyctl",
    "io_uring_setup",
    "perf_event_open",
    "reboot",
  ] as const)("refuses %s", (call) => expect(verdict(call)).toBe(EPERM));

  test("lets through what it does not speak of, also the next program, until the last door is shut", () => {
    expect(decide(program, ARCHITECTURE[machine], 0, [])).toBe(ALLOW);
    expect(verdict("execveat")).toBe(ALLOW);
    const last = assemble(noPrograms, machine);
    for (const call of ["execve", "execveat"] as const)
      expect(decide(last, ARCHITECTURE[machine], numberOf(call, machine) ?? -1, [])).toBe(EPERM);
    expect(decide(last, ARCHITECTURE[machine], 0, [])).toBe(ALLOW);
  });

  test("ends a process that speaks another architecture's language", () => {
    expect(decide(program, 0x4000_0003, 1, [])).toBe("kill");
    if (machine === "x64") expect(decide(program, ARCHITECTURE.x64, 0x4000_0000 + 59, [])).toBe("kill");
  });
});

test("for a bus beyond this host, sockets of IPv4 and IPv6 may be made besides", () => {
  const program = assemble(fenceRules({ internet: true }), "x64");
  const socket = (family: number) => decide(program, ARCHITECTURE.x64, 41, [family]);
  expect([1, 2, 10, 16, 17].map(socket)).toEqual([ALLOW, ALLOW, ALLOW, EAFNOSUPPORT, EAFNOSUPPORT]);
});
