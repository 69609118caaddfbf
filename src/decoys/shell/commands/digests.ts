// Bytes in other clothes: base64, checksums, dumps, strings.

import { createHash } from "node:crypto";
import type { Proc } from "../run/proc.ts";
import type { ByteString } from "../shell.ts";
import { eachInput, parseOptions, program } from "./options.ts";

async function base64(proc: Proc): Promise<number> {
  const options = await parseOptions(proc, { short: "diw:D", long: { decode: "d", wrap: "w" } });
  if (typeof options === "number") return options;
  const parts: ByteString[] = [];
  const status = await eachInput(proc, options.rest.slice(0, 1), async (read) => {
    for (let piece = await read(), total = 0; piece !== null && total < 8 << 20; piece = await read()) {
      proc.budget.move(piece.length);
      total += piece.length;
      parts.push(piece);
    }
  });
  if (status !== 0) return status;
  const text = parts.join("");
  if (options.has("d") || options.has("D")) {
    const clean = text.replace(/\s/g, "");
    await proc.out(Buffer.from(clean, "base64").toString("latin1"));
    return /^[A-Za-z0-9+/]*={0,2}$/.test(clean)
      ? 0
      : proc.fail(proc.busybox ? "truncated input" : "invalid input");
  }
  const encoded = Buffer.from(text, "latin1").toString("base64");
  const width = Number(options.value("w") ?? 76);
  await proc.out(
    width > 0
      ? (encoded.match(new RegExp(`.{1,${Math.min(width, 9999)}}`, "g")) ?? [])
          .map((line) => `${line}\n`)
          .join("")
      : encoded,
  );
  return 0;
}

async function xxd(proc: Proc): Promise<number> {
  const paths = proc.args.filter((arg) => !arg.startsWith("-") && !/^\d+$/.test(arg));
  const od = proc.name === "od";
  return eachInput(proc, paths, async (read) => {
    let held = "";
    let at = 0;
    const line = (bytes: ByteString): Promise<void> => {
      const hex = Array.from(bytes, (char) => char.charCodeAt(0).toString(16).padStart(2, "0"));
      const printable = bytes.replace(/[^\x20-\x7e]/g, ".");
      const text = od
        ? `${at.toString(8).padStart(7, "0")} ${hex.join(" ")}\n`
        : `${at.toString(16).padStart(8, "0")}: ${(hex.join("").match(/.{1,4}/g) ?? []).join(" ").padEnd(39)}  ${printable}\n`;
      at += bytes.length;
      return proc.out(text);
    };
    for (let piece = await read(); piece !== null; piece = await read()) {
      held += piece;
      while (held.length >= 16) {
        await line(held.slice(0, 16));
        held = held.slice(16);
      }
    }
    if (held !== "") await line(held);
    if (od) await proc.out(`${at.toString(8).padStart(7, "0")}\n`);
  });
}

async function strings(proc: Proc): Promise<number> {
  return eachInput(
    proc,
    proc.args.filter((arg) => !arg.startsWith("-")),
    async (read) => {
      for (let piece = await read(); piece !== null; piece = await read()) {
        for (const text of piece.match(/[\x20-\x7e]{4,4096}/g) ?? []) await proc.out(`${text}\n`);
      }
    },
  );
}

function sum(algorithm: string) {
  return async (proc: Proc): Promise<number> => {
    const options = await parseOptions(proc, { short: "bctwzs" });
    if (typeof options === "number") return options;
    return eachInput(proc, options.rest, async (read, path) => {
      const hash = createHash(algorithm);
      for (let piece = await read(); piece !== null; piece = await read()) {
        proc.budget.move(piece.length);
        hash.update(Buffer.from(piece, "latin1"));
      }
      await proc.out(`${hash.digest("hex")}  ${path}\n`);
    });
  };
}

/** The programs of this file. */
export const digestPrograms = [
  program("base64", base64),
  program("md5sum", sum("md5")),
  program("sha1sum", sum("sha1")),
  program("sha256sum", sum("sha256")),
  program("sha512sum", sum("sha512")),
  program("xxd", xxd),
  program("od", xxd),
  program("strings", strings),
];
