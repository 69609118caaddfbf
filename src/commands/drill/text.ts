// Drills over protocols of lines: telnet, http, ftp and redis.

import type { Props, Scenario } from "./scenario.ts";
import { attempt, command, upload, WRONG_PASSWORD } from "./scenario.ts";
import type { Target } from "./wire.ts";
import { connect } from "./wire.ts";

async function playTelnet(target: Target, props: Props): Promise<void> {
  await using wire = await connect(target);
  for (const password of [WRONG_PASSWORD, props.password]) {
    await wire.expect(/login: $/);
    wire.send(`${props.username}\r\n`);
    await wire.expect(/Password: $/);
    wire.send(`${password}\r\n`);
  }
  await wire.expect(/[#$] $/);
  wire.send(`cat /proc/version; echo ${props.mark}\r\n`);
  await wire.expect(new RegExp(`Linux version[\\s\\S]*${props.mark}[\\s\\S]*[#$] $`));
  wire.send("exit\r\n");
  await wire.rest();
}

const telnetDrill: Scenario = {
  service: "telnet",
  play: playTelnet,
  expects: (props) => [
    attempt("wrong password refused", false),
    attempt("password accepted", true),
    command("command run", props.mark),
    { step: "terminal recorded", kind: "terminal.recorded" },
    { step: "conversation ended", kind: "connection.closed" },
  ],
};

async function playHttp(target: Target, props: Props): Promise<void> {
  await using wire = await connect(target);
  const host = `Host: ${target.host}\r\nUser-Agent: ${props.mark}\r\n`;
  wire.send(`GET / HTTP/1.1\r\n${host}\r\n`);
  const head = await wire.expect(/^HTTP\/1\.1 \d+[\s\S]*?\r\n\r\n/);
  await wire.take(Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0));
  const form = `username=${props.username}&password=${WRONG_PASSWORD}`;
  const type = "Content-Type: application/x-www-form-urlencoded\r\n";
  wire.send(
    `POST /login HTTP/1.1\r\n${host}${type}Content-Length: ${form.length}\r\nConnection: close\r\n\r\n${form}`,
  );
  await wire.expect(/^HTTP\/1\.1 [234]\d\d /);
  await wire.rest();
}

const httpDrill: Scenario = {
  service: "http",
  play: playHttp,
  expects: (props) => [
    {
      step: "client identified",
      kind: "client.identified",
      fits: (data) => (data["software"] as { val?: unknown } | undefined)?.val === props.mark,
    },
    { step: "page asked for", kind: "http.requested" },
    attempt("login form caught", false),
    { step: "conversation ended", kind: "connection.closed" },
  ],
};

async function playFtp(target: Target, props: Props): Promise<void> {
  await using wire = await connect(target);
  await wire.expect(/^220 .*\r\n/);
  const say = async (line: string, answer: RegExp): Promise<string> => {
    wire.send(`${line}\r\n`);
    return wire.expect(answer);
  };
  await say(`USER ${props.username}`, /331 .*\r\n/);
  await say(`PASS ${WRONG_PASSWORD}`, /530 .*\r\n/);
  await say(`USER ${props.username}`, /331 .*\r\n/);
  await say(`PASS ${props.password}`, /230 .*\r\n/);
  await say("TYPE I", /200 .*\r\n/);
  const passive = await say("EPSV", /229 .*\r\n/);
  const port = Number(/\|\|\|(\d+)\|/.exec(passive)?.[1]);
  const data = await connect({ ...target, port });
  await say(`STOR ${props.mark}`, /150 .*\r\n/);
  data.send(props.file);
  data.close();
  await wire.expect(/226 .*\r\n/);
  await say("QUIT", /221 .*\r\n/);
  await wire.rest();
}

const ftpDrill: Scenario = {
  service: "ftp",
  play: playFtp,
  expects: (props) => [
    attempt("wrong password refused", false),
    attempt("password accepted", true),
    upload("file captured", props),
    { step: "conversation ended", kind: "connection.closed" },
  ],
};

async function playRedis(target: Target, props: Props): Promise<void> {
  await using wire = await connect(target);
  const say = async (line: string): Promise<string> => {
    wire.send(`${line}\r\n`);
    return wire.expect(/^[\s\S]*\r\n/);
  };
  await say("PING");
  await say(`AUTH ${props.password}`);
  await say(`ECHO ${props.mark}`);
  await say("SLAVEOF 192.0.2.1 6379");
  wire.send("QUIT\r\n");
  await wire.rest();
}

const redisDrill: Scenario = {
  service: "redis",
  play: playRedis,
  expects: (props) => [
    command("command run", props.mark),
    { step: "login attempt caught", kind: "auth.attempted" },
    { step: "takeover caught", kind: "takeover.attempted" },
    { step: "conversation ended", kind: "connection.closed" },
  ],
};

export const textDrills: readonly Scenario[] = [telnetDrill, httpDrill, ftpDrill, redisDrill];
