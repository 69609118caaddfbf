// How each shell words its errors: bash and dash of Debian 12, ash of BusyBox.
// Texts as the products print them: bash 5.2, dash 0.5.12, BusyBox 1.2x and 1.3x.

import type { SyntaxFault } from "../run/flow.ts";
import type { ByteString, FsErrorCode } from "../shell.ts";
import { errorTexts } from "../vfs/node.ts";

/** Which shell it is. */
export type Dialect = "bash" | "dash" | "ash";

/** How a shell was started: it decides what stands before its errors. */
export interface ShellIdentity {
  readonly dialect: Dialect;
  /** `$0`. */
  readonly name: ByteString;
  readonly mode: "interactive" | "command" | "script";
}

/** What stands before every error of a shell. */
export function errorPrefix(who: ShellIdentity, line: number): ByteString {
  if (who.dialect === "dash") return `${who.name}: ${line}: `;
  if (who.mode === "interactive") return `${who.name}: `;
  if (who.dialect === "ash") return who.mode === "script" ? `${who.name}: line ${line}: ` : `${who.name}: `;
  return `${who.name}: line ${line}: `;
}

/** A command that is not there. */
export function notFound(who: ShellIdentity, command: ByteString): ByteString {
  if (who.dialect !== "bash") return `${command}: not found`;
  return command.includes("/") ? `${command}: No such file or directory` : `${command}: command not found`;
}

/** A file that can't be executed. */
export function notExecutable(
  who: ShellIdentity,
  command: ByteString,
  why: "directory" | "permission" | "format",
): ByteString {
  if (why === "format")
    return who.dialect === "bash"
      ? `${command}: cannot execute binary file: Exec format error`
      : `${command}: Exec format error`;
  if (why === "directory" && who.dialect === "bash") return `${command}: Is a directory`;
  return `${command}: Permission denied`;
}

/** A redirection that failed. */
export function redirectFailed(
  who: ShellIdentity,
  at: { path: ByteString; code: FsErrorCode; write: boolean },
): ByteString {
  const { path, code, write } = at;
  if (who.dialect === "bash") return `${path}: ${errorTexts[code]}`;
  if (who.dialect === "dash") {
    if (code !== "ENOENT") return `cannot ${write ? "create" : "open"} ${path}: ${errorTexts[code]}`;
    return write ? `cannot create ${path}: Directory nonexistent` : `cannot open ${path}: No such file`;
  }
  if (code !== "ENOENT") return `can't ${write ? "create" : "open"} ${path}: ${errorTexts[code]}`;
  return write ? `can't create ${path}: nonexistent directory` : `can't open ${path}: no such file`;
}

/** A directory that can't be entered. */
export function cdFailed(who: ShellIdentity, path: ByteString, code: FsErrorCode): ByteString {
  if (who.dialect === "bash") return `cd: ${path}: ${errorTexts[code]}`;
  return `cd: can't cd to ${path}`;
}

/** A syntax error: its lines without line feeds. `text` is the line at fault. */
export function syntaxError(who: ShellIdentity, fault: SyntaxFault, text: ByteString): ByteString[] {
  const prefix = errorPrefix(who, fault.line);
  if (who.dialect === "ash") return [errorPrefix(who, fault.line) + ashSyntax(fault)];
  if (who.dialect === "dash") return [prefix + dashSyntax(fault)];
  const start = who.mode === "command" ? `${who.name}: -c: line ${fault.line}: ` : prefix;
  if (fault.token === null) {
    const { quote } = fault.wanted;
    if (quote !== undefined) {
      const from =
        quote === ")" && who.mode === "command" ? `${who.name}: -c: line ${fault.line + 1}: ` : start;
      const first = `${from}unexpected EOF while looking for matching \`${quote}'`;
      return who.mode === "command" || quote === ")"
        ? [first]
        : [first, `${prefix}syntax error: unexpected end of file`];
    }
    const end =
      who.mode === "command"
        ? `${who.name}: -c: line ${fault.line + 1}: `
        : who.mode === "script"
          ? errorPrefix(who, fault.line + 1)
          : prefix;
    return [`${end}syntax error: unexpected end of file`];
  }
  const first = `${start}syntax error near unexpected token \`${fault.token}'`;
  return who.mode === "interactive" ? [first] : [first, `${start}\`${text}'`];
}

function quoteName(quote: string): string {
  return quote === "`" ? "EOF in backquote substitution" : "unterminated quoted string";
}

function ashSyntax(fault: SyntaxFault): ByteString {
  if (fault.token !== null) return `syntax error: unexpected ${describe(fault.token, '"')}`;
  const { quote, word } = fault.wanted;
  if (quote === ")") return `syntax error: unexpected end of file (expecting ")")`;
  if (quote !== undefined) return `syntax error: ${quoteName(quote)}`;
  return `syntax error: unexpected end of file${word ? ` (expecting "${word}")` : ""}`;
}

function dashSyntax(fault: SyntaxFault): ByteString {
  if (fault.token !== null) return `Syntax error: ${describe(fault.token, '"')} unexpected`;
  const { quote, word } = fault.wanted;
  if (quote === ")") return `Syntax error: end of file unexpected (expecting ")")`;
  if (quote !== undefined)
    return quote === "`"
      ? "Syntax error: EOF in backquote substitution"
      : "Syntax error: Unterminated quoted string";
  return `Syntax error: end of file unexpected${word ? ` (expecting "${word}")` : ""}`;
}

const PLAIN_WORDS = new Set([
  ";",
  "&",
  "|",
  "&&",
  "||",
  ";;",
  "(",
  ")",
  "<",
  ">",
  "then",
  "else",
  "elif",
  "fi",
  "do",
  "done",
  "esac",
  "}",
]);

function describe(token: string, mark: string): ByteString {
  if (token === "newline") return "newline";
  return PLAIN_WORDS.has(token) ? mark + token + mark : "word";
}
