// A shell of a test persona without a network: what a command line prints, and what is recorded.

import { createHash } from "node:crypto";
import { systemClock } from "../../src/contract/clock.ts";
import type { EvidenceData, EvidenceKind } from "../../src/contract/evidence.ts";
import type { SessionId, Sha256 } from "../../src/contract/ids.ts";
import { createSeededRandom } from "../../src/contract/random.ts";
import type { DecoyConnection, Session } from "../../src/decoys/decoy.ts";
import type { Persona } from "../../src/decoys/personas/persona.ts";
import type { ByteString, Login, Machine } from "../../src/decoys/shell/shell.ts";
import { createMachine } from "../../src/decoys/shell/shell.ts";
import { TEST_LIMITS } from "./decoy-host.ts";
import { testPersona } from "./persona.ts";

/** One recorded observation. */
export interface Observed {
  readonly kind: EvidenceKind;
  readonly data: EvidenceData<EvidenceKind>;
}

/** A session that keeps what is recorded. */
export interface FakeSession {
  readonly session: Session;
  readonly records: Observed[];
  readonly blobs: Map<string, Uint8Array>;
  end(): void;
}

/** Makes a session whose connection is silent. */
function fakeSession(persona: Persona, from: string): FakeSession {
  const records: Observed[] = [];
  const blobs = new Map<string, Uint8Array>();
  const controller = new AbortController();
  const connection: DecoyConnection = {
    remote: { ip: from, port: 40_022 },
    local: { ip: "10.20.30.40", port: 22 },
    read: () => Promise.resolve(null),
    write: () => Promise.resolve(),
    close: () => undefined,
    reset: () => undefined,
    closed: false,
  };
  const session: Session = {
    id: "01J00000000000000000000000" as SessionId,
    persona,
    connection,
    port: 22,
    limits: TEST_LIMITS,
    clock: systemClock,
    random: createSeededRandom("fake-session"),
    signal: controller.signal,
    record: (kind, data) => void records.push({ kind, data: data as EvidenceData<EvidenceKind> }),
    captureFile() {
      const parts: Uint8Array[] = [];
      return {
        write: (bytes) => void parts.push(bytes.slice()),
        finish: () => {
          const all = new Uint8Array(Buffer.concat(parts));
          const sha256 = createHash("sha256").update(all).digest("hex") as Sha256;
          blobs.set(sha256, all);
          return Promise.resolve({ sha256, size: all.length, stored: all.length });
        },
        abort: () => undefined,
      };
    },
    openDataPort: () => Promise.resolve(null),
  };
  return { session, records, blobs, end: () => controller.abort() };
}

/** A shell to run command lines in. */
export interface TestShell extends FakeSession {
  readonly login: Login;
  run(
    line: ByteString,
    stdin?: ByteString,
  ): Promise<{ out: string; err: string; both: string; status: number }>;
  interrupt(): void;
  close(): Promise<void>;
}

/** Opens a shell as an account of the test persona. */
export function openTestShell(
  options: {
    readonly device?: boolean;
    /** In place of the test server. */
    readonly persona?: Persona;
    readonly account?: string;
    /** Address of the client. */
    readonly from?: string;
    /** A machine that was made before. */
    readonly machine?: Machine;
  } = {},
): TestShell {
  const persona = options.persona ?? testPersona(options.device ? "embedded-device" : "linux-server");
  const fake = fakeSession(persona, options.from ?? "203.0.113.9");
  const machine = options.machine ?? createMachine(persona, systemClock);
  const login = machine.login({
    account: machine.account(options.account ?? "root"),
    session: fake.session,
    service: "ssh",
  });
  let out = "";
  let err = "";
  let both = "";
  const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");
  const shell = login.openShell({
    stdout: (bytes) => {
      out += text(bytes);
      both += text(bytes);
      return Promise.resolve();
    },
    stderr: (bytes) => {
      err += text(bytes);
      both += text(bytes);
      return Promise.resolve();
    },
  });
  return {
    ...fake,
    login,
    async run(line, stdin) {
      out = "";
      err = "";
      both = "";
      let left: Uint8Array | null = stdin === undefined ? null : new Uint8Array(Buffer.from(stdin, "latin1"));
      const source = {
        read: () => {
          const next = left;
          left = null;
          return Promise.resolve(next);
        },
      };
      const status = await shell.run(line, stdin === undefined ? undefined : source);
      return { out, err, both, status };
    },
    interrupt: () => shell.interrupt(),
    close: () => login.close(),
  };
}
