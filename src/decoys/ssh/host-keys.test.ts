// Host keys: the same persona has the same ones for ever, another has others, and they sign.

import { describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { testPersona } from "../../../test/support/persona.ts";
import { createSeededRandom } from "../../contract/random.ts";
import type { Persona } from "../personas/persona.ts";
import { createHostKeys, hostKeyFiles } from "./host-keys.ts";
import { keyTypeOf, verifySignature } from "./public-key.ts";

const persona = (seed: string): Persona =>
  ({ random: (label: string) => createSeededRandom(`${seed} ${label}`) }) as Persona;
const keys = createHostKeys(persona("one"));

describe("host keys", () => {
  test("are stable, and differ between machines", () => {
    const again = createHostKeys(persona("one")).all.map((key) => key.blob);
    const other = createHostKeys(persona("two")).all.map((key) => key.blob);
    expect(again).toEqual(keys.all.map((key) => key.blob));
    for (const [at, blob] of other.entries()) expect(blob).not.toEqual(keys.all[at]?.blob as Uint8Array);
  });

  test("are announced in OpenSSH's order", () => {
    expect(keys.all.map((key) => keyTypeOf(key.blob))).toEqual([
      "ssh-rsa",
      "ecdsa-sha2-nistp256",
      "ssh-ed25519",
    ]);
  });

  for (const algorithm of ["rsa-sha2-512", "rsa-sha2-256", "ecdsa-sha2-nistp256", "ssh-ed25519"])
    test(`${algorithm} signs what verifies`, () => {
      const key = keys.forAlgorithm(algorithm);
      const data = new TextEncoder().encode(algorithm);
      expect(verifySignature(key.blob, key.sign(algorithm, data), data)).toBe(true);
    });
});

test.skipIf(!Bun.which("ssh-keygen"))(
  "the files are those of ssh-keygen: it reads the private ones and finds the public ones in them",
  async () => {
    const folder = mkdtempSync(join(tmpdir(), "decnet-keys-"));
    try {
      const files = hostKeyFiles(testPersona());
      expect(files.map(({ name }) => name).filter((name) => !name.endsWith(".pub"))).toEqual([
        "ssh_host_rsa_key",
        "ssh_host_ecdsa_key",
        "ssh_host_ed25519_key",
      ]);
      for (const { name, mode, text } of files) writeFileSync(join(folder, name), text(), { mode });
      for (const { name, text } of files.filter((file) => file.name.endsWith(".pub"))) {
        const path = join(folder, name.slice(0, -4));
        const tool = Bun.spawn(["ssh-keygen", "-y", "-f", path], { stdout: "pipe", stderr: "inherit" });
        expect(await new Response(tool.stdout).text()).toBe(text());
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
);
