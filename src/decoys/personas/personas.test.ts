import { describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TestClock } from "../../contract/clock.ts";
import { archetypes } from "./archetypes/index.ts";
import { createPersona } from "./create.ts";
import { machinesLeftOut, planDeckies } from "./plan.ts";
import { loadSecret } from "./secret.ts";

const secretOf = (fill: number) => ({ key: new Uint8Array(32).fill(fill), madeAt: Date.parse("2026-03-01") });
const names = archetypes.map(({ name }) => name);

describe("personas", () => {
  test("the same secret gives the same machine, another secret another", () => {
    for (const name of names) {
      const one = JSON.stringify(createPersona(secretOf(1), name));
      expect(JSON.stringify(createPersona(secretOf(1), name))).toBe(one);
      expect(JSON.stringify(createPersona(secretOf(2), name))).not.toBe(one);
    }
  });

  test("exactly the accounts' own passwords get in", () => {
    const persona = createPersona(secretOf(3), "linux-server");
    for (const account of persona.accounts) {
      expect(persona.admits(account.name, account.password ?? "")).toBe(account.password !== null);
      expect(persona.admits(account.name, "no such password")).toBe(false);
    }
    expect(persona.admits("nobody", "123456")).toBe(false);
  });

  test("the operator's logins replace the drawn ones and may add accounts", () => {
    const logins = [
      { username: "root", password: "x" },
      { username: "pi", password: "raspberry" },
    ];
    const persona = createPersona(secretOf(3), "linux-server", { logins });
    expect(persona.admits("root", "x")).toBe(true);
    expect(persona.admits("pi", "raspberry")).toBe(true);
    expect(persona.accounts.filter((account) => account.password !== null)).toHaveLength(2);
  });

  test("what its services share is made once, and for each machine anew", () => {
    const make = (): object => ({});
    const persona = createPersona(secretOf(3), "linux-server");
    expect(persona.shared(make)).toBe(persona.shared(make));
    expect(createPersona(secretOf(3), "linux-server").shared(make)).not.toBe(persona.shared(make));
  });

  test("streams for different purposes differ and are stable", () => {
    const persona = createPersona(secretOf(3), "linux-server");
    expect(persona.random("a").bytes(16)).toEqual(persona.random("a").bytes(16));
    expect(persona.random("a").bytes(16)).not.toEqual(persona.random("b").bytes(16));
  });
});

describe("plan", () => {
  test("every service once, on the machine that it belongs to", () => {
    const plans = planDeckies(secretOf(1), { services: [], logins: [] });
    const services = plans.flatMap((plan) => plan.services);
    expect(new Set(services).size).toBe(services.length);
    expect(
      planDeckies(secretOf(1), { services: ["telnet"], logins: [] }).map((plan) => plan.services),
    ).toEqual([["telnet"]]);
  });

  test("a service on several ports is one machine's, which knows them", () => {
    const [plan, ...others] = planDeckies(secretOf(1), {
      services: ["http:8080", "http:80", "ssh"],
      logins: [],
    });
    expect([plan?.services, others]).toEqual([["ssh", "http:8080", "http"], []]);
    expect(["http", "ssh", "ftp"].map((name) => plan?.persona.portsOf(name))).toEqual([[8080, 80], [22], []]);
  });

  test("what is left out is known by name", () => {
    const all = planDeckies(secretOf(1), { services: [], logins: [] });
    const names = (services: readonly string[]): readonly string[] =>
      machinesLeftOut(secretOf(1), { services, logins: [] }).map(({ decky }) => decky);
    expect(names([])).toEqual([]);
    expect(names(["telnet"])).toEqual(
      all.filter(({ services }) => !services.includes("telnet")).map(({ persona }) => persona.decky),
    );
  });

  test("an unknown service and a malformed login are refused with the remedy", () => {
    expect(() => planDeckies(secretOf(1), { services: ["shh"], logins: [] })).toThrow(/Did you mean "ssh"/);
    const refusal = (services: readonly string[], offset = 0) => {
      try {
        planDeckies(secretOf(1), { services, logins: [], offset });
        return "";
      } catch (error) {
        return String(error);
      }
    };
    expect(refusal(["http:80a"])).toContain("http:port with a port from 1 to 65535");
    expect(refusal(["mysql", "mysql:3307"])).toContain("mysql listens on one port");
    expect(refusal(Array.from({ length: 33 }, (_, i) => `http:${8000 + i}`))).toContain("33 are too many");
    // All machines of the host driver are on one address.
    expect(refusal(["telnet", "ssh:23"])).toContain("can't both have port 23");
    expect(refusal(["http:60000"], 20_000)).toContain(
      "http:60000 and an offset of 20000 are beyond port 65535",
    );
    expect(() => planDeckies(secretOf(1), { services: [], logins: ["root"] })).toThrow(/name:password/);
  });
});

describe("the secret", () => {
  test("is made once, 0600, and a damaged one is never replaced", () => {
    const dir = mkdtempSync(join(tmpdir(), "decnet-secret-"));
    try {
      const path = join(dir, "secret");
      const first = loadSecret(path, new TestClock());
      expect(loadSecret(path, new TestClock(5))).toEqual(first);
      expect(statSync(path).mode & 0o777).toBe(0o600);
      writeFileSync(path, "decnet-secret-1 short 1\n");
      expect(() => loadSecret(path, new TestClock())).toThrow(/not a decnet secret/);
    } finally {
      rmSync(dir, { recursive: true });
    }
  });
});
