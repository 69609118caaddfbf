// A real nats-server on a loopback port of its own, started and ended by the test that wants it.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** True where the program is there; CI installs it. */
export const hasNatsServer = Bun.which("nats-server") !== null;

/** A running server. */
export interface NatsServerProcess {
  readonly port: number;
  readonly url: string;
  signal(name: "SIGSTOP" | "SIGCONT"): void;
  /** Kills it at once. */
  kill(): Promise<void>;
  /** Kills it and removes its folder. */
  close(): Promise<void>;
}

/** A port that nobody listens on now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

/** Starts one; `config` is more of its configuration file. Resolves once it takes clients. */
export async function startNats(
  options: { readonly port?: number; readonly config?: string } = {},
): Promise<NatsServerProcess> {
  const port = options.port ?? (await freePort());
  const folder = mkdtempSync(join(tmpdir(), "decnet-nats-"));
  const file = join(folder, "server.conf");
  writeFileSync(file, `listen: "127.0.0.1:${port}"\n${options.config ?? ""}\n`);
  const child = Bun.spawn(["nats-server", "-c", file], { stdin: "ignore", stdout: "ignore", stderr: "pipe" });
  let said = "";
  const ready = Promise.withResolvers<boolean>();
  // Read to its end: a server whose log can't be written is killed by SIGPIPE.
  void (async () => {
    const decoder = new TextDecoder();
    for await (const chunk of child.stderr) {
      said += decoder.decode(chunk, { stream: true });
      if (said.includes("Server is ready")) ready.resolve(true);
    }
    ready.resolve(false);
  })();
  if (!(await ready.promise)) throw new Error(`nats-server did not start: ${said}`);
  const kill = async (): Promise<void> => {
    child.kill("SIGKILL");
    await child.exited;
  };
  return {
    port,
    url: `nats://127.0.0.1:${port}`,
    signal: (name) => child.kill(name),
    kill,
    async close() {
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
