// The remote side of legacy scp: `scp -t` takes files, `scp -f` gives them (rcp's protocol, as OpenSSH's scp speaks it).
// Reads and writes the session's own file system only.

import type { Session } from "../decoy.ts";
import type { ByteString, Login } from "../shell/shell.ts";
import type { Channel } from "./channel.ts";
import { ScpSink } from "./scp-sink.ts";
import { ScpSource } from "./scp-source.ts";
import type { ScpCommand } from "./scp-stream.ts";
import { ScpStream } from "./scp-stream.ts";

/** Longest command line that is looked at. */
const MAX_LINE = 16_384;

/** Splits a simple command into words; null when it is more than that (operators, substitutions). */
export function splitWords(line: ByteString): ByteString[] | null {
  const words: ByteString[] = [];
  let word: ByteString | null = null;
  let quote = "";
  for (let i = 0; i < line.length; i++) {
    const char = line.charAt(i);
    if (quote) {
      if (char === quote) quote = "";
      else if (quote === '"' && (char === "$" || char === "`")) return null;
      else if (quote === '"' && char === "\\" && '"\\$`'.includes(line.charAt(i + 1)))
        word += line.charAt(++i);
      else word += char;
    } else if (char === "'" || char === '"') {
      quote = char;
      word ??= "";
    } else if (char === "\\") word = (word ?? "") + line.charAt(++i);
    else if (char === " " || char === "\t") {
      if (word !== null) words.push(word);
      word = null;
    } else if ("|&;<>()$`\n".includes(char)) return null;
    else word = (word ?? "") + char;
  }
  if (quote) return null;
  if (word !== null) words.push(word);
  return words;
}

/** Reads a command line; null when it is not a remote mode of scp, which the shell then deals with. */
export function parseScp(line: ByteString): ScpCommand | null {
  if (line.length > MAX_LINE) return null;
  const [program, ...words] = splitWords(line) ?? [];
  if (program !== "scp" && program !== "/usr/bin/scp" && program !== "/bin/scp") return null;
  const flags = new Set<string>();
  const paths: ByteString[] = [];
  let options = true;
  for (const word of words) {
    if (options && word === "--") options = false;
    else if (options && word.length > 1 && word.startsWith("-"))
      for (const flag of word.slice(1)) flags.add(flag);
    else {
      options = false;
      paths.push(word);
    }
  }
  const mode = flags.has("t") ? "sink" : flags.has("f") ? "source" : null;
  if (!mode || paths.length === 0 || (mode === "sink" && paths.length > 1)) return null;
  return {
    mode,
    recursive: flags.has("r"),
    preserve: flags.has("p"),
    mustBeDirectory: flags.has("d"),
    paths,
  };
}

/** What scp needs. */
export interface ScpParts {
  readonly session: Session;
  readonly login: Login;
  readonly channel: Channel;
}

/** Runs it; resolves with scp's exit status. */
export async function runScp(command: ScpCommand, { session, login, channel }: ScpParts): Promise<number> {
  const stream = new ScpStream(channel);
  const parts = { stream, fs: login.fs, session, home: login.account.home };
  return command.mode === "sink" ? new ScpSink(command, parts).run() : new ScpSource(command, parts).run();
}
