// What the programs of one login share: its files, processes, budgets, terminals, and what is recorded.
// Bounded in budgets kept and in reads recorded.

import { capture } from "../../contract/captured.ts";
import type { Session } from "../decoy.ts";
import type { Account } from "../personas/persona.ts";
import { fromByteString, utf8ByteString } from "./bytes.ts";
import { admits } from "./door.ts";
import { Budget, RUN_LIMITS } from "./run/budget.ts";
import type { LiveProcess, LoginContext, Program, User } from "./run/proc.ts";
import type { ByteString, Machine } from "./shell.ts";
import type { Disk } from "./vfs/disks.ts";
import type { FsView } from "./vfs/view.ts";
import { rewriteShadow } from "./world/shadow.ts";
import type { World } from "./world/world.ts";

const READS = 200;

/** A byte string as the text that it is in UTF-8. */
const fromBytes = (text: ByteString): string => Buffer.from(text, "latin1").toString("utf8");

/** What a login is made of. */
export interface LoginInit {
  readonly machine: Machine;
  readonly world: World;
  readonly programs: ReadonlyMap<string, Program>;
  readonly account: Account;
  readonly session: Session;
  readonly service: "ssh" | "telnet";
  /** The files, released when the login ends. */
  readonly disk: Disk;
  readonly number: number;
}

/** The inside of a login, as its owner sees it. */
export interface OwnContext extends LoginContext {
  endAll(): void;
}

/** Makes the inside of a login. */
export function createContext(init: LoginInit, user: User, fs: FsView): OwnContext {
  const { session, world, service, disk } = init;
  const budgets: Budget[] = [];
  const live = new Map<number, LiveProcess>();
  const reads = new Set<ByteString>();
  let pid = 2000 + ((init.number * 37) % 20_000) + session.random.below(40);
  let down = false;
  let secrets = 0;
  let terminals = 0;
  const endAll = (): void => {
    for (const budget of budgets.splice(0)) budget.interrupt();
  };
  session.signal.addEventListener("abort", endAll, { once: true });
  return {
    account: init.account,
    session,
    world,
    service,
    user,
    fs,
    live,
    programs: init.programs,
    loginAt: session.clock.now(),
    get tty() {
      return terminals > 0 ? `pts/${init.number % 4}` : null;
    },
    openTerminal() {
      terminals++;
      let open = true;
      return () => {
        if (open) terminals--;
        open = false;
      };
    },
    nextPid() {
      pid = pid >= 32_000 ? 2000 : pid + 1;
      return pid;
    },
    budget() {
      const budget = new Budget(RUN_LIMITS);
      if (session.signal.aborted) budget.interrupt();
      budgets.push(budget);
      // Those of long gone background jobs: the oldest are let go.
      if (budgets.length > 256) budgets.shift()?.interrupt();
      return budget;
    },
    release(budget) {
      const at = budgets.indexOf(budget);
      if (at >= 0) budgets.splice(at, 1);
      // Moved to the far end, where Ctrl-C does not reach it, for what still runs in the background.
      budgets.unshift(budget);
      if (budgets.length > 64) budgets.shift()?.interrupt();
    },
    interruptForeground(base) {
      const newest = budgets.at(-1);
      if (newest && newest !== base) newest.interrupt();
    },
    shutdown() {
      down = true;
    },
    get down() {
      return down;
    },
    announce: null,
    recordSecret(name, secret, accepted) {
      secrets++;
      session.record("auth.attempted", {
        method: "password",
        username: capture(fromByteString(name)),
        secret: capture(fromByteString(secret)),
        accepted,
      });
    },
    admits: (name, secret) =>
      admits(world.persona, disk, { name: fromBytes(name), password: fromBytes(secret) }),
    setPassword(name, secret) {
      // Only accounts that somebody can log in to have one to change.
      if (!world.persona.accounts.some((account) => utf8ByteString(account.name) === name)) return;
      disk.passwords.set(name, secret);
      rewriteShadow(fs, { name, random: session.random, day: Math.floor(session.clock.now() / 86_400_000) });
    },
    recordRead(path, size) {
      if (reads.has(path) || reads.size >= READS) return;
      reads.add(path);
      session.record("file.read", { name: capture(fromByteString(path)), size, via: "shell" });
    },
    get secrets() {
      return secrets;
    },
    endAll,
  };
}
