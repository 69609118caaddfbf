import { describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { busVariables, loadConfig } from "./config.ts";

function withFile<T>(text: string, use: (file: string) => T): T {
  const dir = mkdtempSync(join(tmpdir(), "decnet-config-"));
  const file = join(dir, "decnet.toml");
  writeFileSync(file, text);
  try {
    return use(file);
  } finally {
    rmSync(dir, { recursive: true });
  }
}

describe("settings", () => {
  test("flags win over environment, environment over file, file over default", () => {
    withFile('[api]\nport = 1111\nhost = "192.0.2.1"\n[limits]\nfiles = 3\n', (file) => {
      const config = loadConfig({
        file,
        env: { DECNET_API_PORT: "2222", DECNET_API_HOST: "192.0.2.2" },
        flags: { "api.port": "3333" },
      });
      expect([config.get("api.port"), config.sourceOf("api.port")]).toEqual([3333, "flag"]);
      expect([config.get("api.host"), config.sourceOf("api.host")]).toEqual(["192.0.2.2", "environment"]);
      expect([config.get("limits.files"), config.sourceOf("limits.files")]).toEqual([3, "file"]);
      expect([config.get("log.level"), config.sourceOf("log.level")]).toEqual(["info", "default"]);
    });
  });

  test("an unknown key in the file is refused with the nearest name", () => {
    withFile("[api]\nprot = 1\n", (file) => {
      expect(() => loadConfig({ file })).toThrow(/unknown setting "api\.prot"\. Did you mean "api\.port"\?/);
    });
  });

  test("a bad value names where it came from, and a secret one is not shown", () => {
    expect(() => loadConfig({ env: { DECNET_API_PORT: "http" } })).toThrow(
      /DECNET_API_PORT: "http" is not valid for api\.port/,
    );
    expect(() => loadConfig({ flags: { "api.port": "70000" } })).toThrow(/--api-port/);
    const env = { DECNET_ADMIN_PASSWORD: "x".repeat(300) };
    expect(() => loadConfig({ env })).toThrow(/DECNET_ADMIN_PASSWORD: \*\*\*/);
  });

  test("broken TOML and an unreadable file are errors; a missing file is not", () => {
    withFile("[api\n", (file) => expect(() => loadConfig({ file })).toThrow(/not valid TOML/));
    expect(() => loadConfig({ file: "/proc" })).toThrow(/cannot be read/);
    expect(loadConfig({ file: "/nonexistent/decnet.toml" }).get("api.port")).toBe(8000);
  });

  test("a variable that decnet does not know is refused with the nearest name, its value untold", () => {
    const refuse = (name: string) => () => loadConfig({ env: { [name]: "hush" } });
    expect(refuse("DECNET_API_PROT")).toThrow(
      'unknown environment variable DECNET_API_PROT. Did you mean "DECNET_API_PORT"?',
    );
    expect(refuse("DECNET_ADMIN_PASWORD")).toThrow(/Did you mean "DECNET_ADMIN_PASSWORD"\?$/);
    expect(refuse("DECNET_BUS_SOKET")).toThrow(/Did you mean "DECNET_BUS_SOCKET"\?$/);
    expect(refuse("DECNET_ZZZZZZZZZZZZZZ")).toThrow(/^unknown environment variable DECNET_ZZZZZZZZZZZZZZ\.$/);
    expect(refuse("DECNET_\u001b[2J\u202e")).toThrow("DECNET_\\u{1b}[2J\\u{202e}.");
    expect(refuse("DECNET_ADMIN_PASWORD")).not.toThrow(/hush/);
    for (const name of ["DECNETX", "XDECNET_API_PROT", "decnet_api_prot", "PATH"]) refuse(name)();
    for (const name of ["DECNET_BUS_SOCKET", "DECNET_DATABASE_URL"]) refuse(name)();
  });

  test("an offset is a number from wherever it comes, or auto", () => {
    const of = (flag: unknown) =>
      loadConfig({ flags: { "decky.port_offset": flag } }).get("decky.port_offset");
    expect([of(undefined), of("auto"), of("1200"), of(0)]).toEqual(["auto", "auto", 1200, 0]);
    withFile("[decky]\nport_offset = 300\n", (file) =>
      expect(loadConfig({ file }).get("decky.port_offset")).toBe(300),
    );
    for (const bad of ["59001", "-1", "12x", ""]) expect(() => of(bad), bad).toThrow(/--port-offset/);
  });

  test("lists come from commas", () => {
    expect(loadConfig({ flags: { "decky.services": "ssh, http,," } }).get("decky.services")).toEqual([
      "ssh",
      "http",
    ]);
  });

  test("a login within a URL is never shown, in force or refused; what the bus reads is handed on", () => {
    const config = loadConfig({
      env: { DECNET_BUS_TYPE: "nats", DECNET_NATS_URL: "tls://u:hush@a.example" },
    });
    expect(config.explain().find((row) => row.key === "nats.url")?.value).toBe("tls://***@a.example:4222");
    expect(JSON.stringify(config.explain())).not.toContain("hush");
    expect(busVariables(config)).toEqual({
      DECNET_BUS_TYPE: "nats",
      DECNET_NATS_URL: "tls://u:hush@a.example",
    });
    const refused = (): unknown => loadConfig({ env: { DECNET_NATS_URL: "http://u:hush@a" } });
    expect(refused).toThrow(/DECNET_NATS_URL: "\*\*\*"/);
  });

  test("explain covers every setting and masks secrets", () => {
    const rows = loadConfig({ env: { DECNET_ADMIN_PASSWORD: "hush-hush-hush" } }).explain();
    const admin = rows.find((row) => row.key === "api.admin_password");
    expect(admin).toMatchObject({ value: "***", source: "environment", from: "DECNET_ADMIN_PASSWORD" });
    expect(JSON.stringify(rows)).not.toContain("hush-hush-hush");
    expect(rows.every((row) => row.summary.length > 0)).toBe(true);
  });
});
