// A drill over SSH: a wrong password, the right one, a command, a file by sftp.

import { once } from "node:events";
import { Client } from "ssh2";
import { DecnetError, toError } from "../../contract/errors.ts";
import type { Props, Scenario } from "./scenario.ts";
import { attempt, command, upload, WRONG_PASSWORD } from "./scenario.ts";
import type { Target } from "./wire.ts";

const READY_MS = 15_000;

/** Logs in; resolves to the client, or undefined when the password was refused. */
function login(target: Target, username: string, password: string): Promise<Client | undefined> {
  return new Promise((resolve, reject) => {
    const client = new Client();
    client.once("ready", () => resolve(client));
    client.on("error", (error: Error & { level?: string }) => {
      if (error.level === "client-authentication") resolve(undefined);
      else reject(new DecnetError("protocol", `ssh: ${error.message}`));
    });
    client.once("close", () =>
      reject(new DecnetError("protocol", "ssh: the connection closed before the login ended")),
    );
    client.connect({
      host: target.host,
      port: target.port,
      localAddress: target.source,
      username,
      password,
      readyTimeout: READY_MS,
    });
  });
}

function run(client: Client, line: string): Promise<string> {
  return new Promise((resolve, reject) => {
    client.exec(line, (error, stream) => {
      if (error) return reject(error);
      let output = "";
      stream.on("data", (bytes: Buffer) => {
        output += bytes.toString("latin1");
      });
      stream.on("close", () => resolve(output));
    });
  });
}

function put(client: Client, path: string, bytes: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    client.sftp((error, sftp) => {
      if (error) return reject(error);
      sftp.writeFile(path, bytes, (failed) => (failed ? reject(toError(failed)) : resolve()));
    });
  });
}

async function play(target: Target, props: Props): Promise<void> {
  if (await login(target, props.username, WRONG_PASSWORD))
    throw new DecnetError("protocol", "ssh: a wrong password got in");
  const client = await login(target, props.username, props.password);
  if (!client) throw new DecnetError("protocol", "ssh: the persona's own password was refused");
  const output = await run(client, `uname -a; echo ${props.mark}`);
  if (!output.includes("Linux") || !output.includes(props.mark))
    throw new DecnetError("protocol", "ssh: no output of uname");
  await put(client, `/tmp/${props.mark}`, props.file);
  const closed = once(client, "close");
  client.end();
  await closed;
}

export const sshDrill: Scenario = {
  service: "ssh",
  play,
  expects: (props) => [
    {
      step: "client fingerprinted",
      kind: "client.fingerprinted",
      fits: (data) => data["family"] === "hassh",
    },
    attempt("wrong password refused", false),
    attempt("password accepted", true),
    command("command run", props.mark),
    upload("file captured", props),
    { step: "conversation ended", kind: "connection.closed" },
  ],
};
