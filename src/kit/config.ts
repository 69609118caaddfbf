// Settings resolved: flags over environment over decnet.toml over defaults, each with where it came from.
// Refuses unknown keys with the nearest name; nothing half-read is ever used.

import { readFileSync } from "node:fs";
import type { z } from "zod";
import { printable } from "../contract/captured.ts";
import { DecnetError, systemErrorCode, toError } from "../contract/errors.ts";
import { didYouMean } from "../contract/nearest.ts";
import type { SettingKey, SettingValue } from "./config-schema.ts";
import { otherVariables, settings } from "./config-schema.ts";

/** Where a value came from. */
export type SettingSource = "flag" | "environment" | "file" | "default";

/** Resolved settings. */
export interface Config {
  get<K extends SettingKey>(key: K): SettingValue<K>;
  sourceOf(key: SettingKey): SettingSource;
}

/** One setting as `decnet config --explain` shows it. Secrets are masked. */
export interface ExplainedSetting {
  readonly key: SettingKey;
  readonly value: unknown;
  readonly source: SettingSource;
  /** The flag, variable or file that set it. */
  readonly from: string;
  readonly summary: string;
}

/** What a configuration is made from. */
export interface ConfigInput {
  /** By setting key, as the command line gave them (text or already parsed). */
  readonly flags?: Readonly<Record<string, unknown>>;
  readonly env?: NodeJS.ProcessEnv;
  /** Path of decnet.toml; a file that is not there counts as empty. */
  readonly file?: string;
}

interface Loose {
  readonly schema: z.ZodType;
  readonly default: unknown;
  readonly summary: string;
  readonly flag?: string;
  readonly env?: string;
  readonly secret?: boolean;
  readonly mask?: (value: unknown) => unknown;
}

const table = new Map<string, Loose>(Object.entries(settings));

/** Every key, in the order of the schema. */
export const settingKeys = Object.keys(settings) as readonly SettingKey[];

/** The environment variable of a setting. */
export function variableOf(key: SettingKey): string {
  return table.get(key)?.env ?? `DECNET_${key.replace(".", "_").toUpperCase()}`;
}

/** True for a variable that decnet reads, whoever in it does. */
export function isKnownVariable(name: string): boolean {
  const known: readonly string[] = otherVariables;
  if (known.includes(name) || settingKeys.some((key) => variableOf(key) === name)) return true;
  return known.some((other) => other.endsWith("*") && name.startsWith(other.slice(0, -1)));
}

/** A variable with a typing error would otherwise set nothing, in silence. Its value may be a secret: it is not told. */
function refuseUnknownVariables(env: NodeJS.ProcessEnv): void {
  const unknown = Object.keys(env).find((name) => name.startsWith("DECNET_") && !isKnownVariable(name));
  if (unknown === undefined) return;
  const known = [...settingKeys.map(variableOf), ...otherVariables.filter((name) => !name.endsWith("*"))];
  const name = printable(unknown, 64);
  throw new DecnetError("config", `unknown environment variable ${name}.${didYouMean(unknown, known)}`);
}

/** The long flag of a setting, without dashes, or undefined where no command offers one. */
export function flagOf(key: SettingKey): string | undefined {
  return table.get(key)?.flag;
}

/** What the settings say of the bus, as the variables in which the bus library reads it. */
export function busVariables(config: Config): Readonly<Record<string, string>> {
  const keys = settingKeys.filter((key) => /^(bus|nats)\./.test(key) && config.sourceOf(key) !== "default");
  return Object.fromEntries(keys.map((key) => [variableOf(key), String(config.get(key))]));
}

/** Text from a flag or a variable as the setting's type: numbers and comma-separated lists. */
function fromText(setting: Loose, text: string): unknown {
  if (Array.isArray(setting.default)) {
    return text
      .split(",")
      .map((item) => item.trim())
      .filter((item) => item !== "");
  }
  if (typeof setting.default === "number") return /^-?[0-9]+$/.test(text.trim()) ? Number(text) : text;
  return text;
}

function checked(key: string, setting: Loose, value: unknown, from: string): unknown {
  const result = setting.schema.safeParse(value);
  if (result.success) return result.data;
  const shown = setting.secret ? "***" : JSON.stringify(setting.mask ? setting.mask(value) : value);
  throw new DecnetError(
    "config",
    `${from}: ${shown} is not valid for ${key}: ${result.error.issues[0]?.message}`,
  );
}

/** `{api: {port: 1}}` as `api.port` → 1; refuses keys that are not settings. */
function flatten(file: string, parsed: unknown): Map<string, unknown> {
  const flat = new Map<string, unknown>();
  for (const [section, body] of Object.entries(parsed as Record<string, unknown>)) {
    const nested = body !== null && typeof body === "object" && !Array.isArray(body);
    const entries = nested
      ? Object.entries(body).map(([k, v]) => [`${section}.${k}`, v] as const)
      : [[section, body] as const];
    for (const [key, value] of entries) {
      if (!table.has(key)) {
        throw new DecnetError("config", `${file}: unknown setting "${key}".${didYouMean(key, settingKeys)}`);
      }
      flat.set(key, value);
    }
  }
  return flat;
}

function readFileSettings(file: string | undefined): Map<string, unknown> {
  if (file === undefined) return new Map();
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return new Map();
    throw new DecnetError("config", `${file} cannot be read: ${toError(error).message}`, { cause: error });
  }
  try {
    return flatten(file, Bun.TOML.parse(text));
  } catch (error) {
    if (error instanceof DecnetError) throw error;
    throw new DecnetError("config", `${file} is not valid TOML: ${toError(error).message}`, { cause: error });
  }
}

interface Resolved {
  readonly value: unknown;
  readonly source: SettingSource;
  readonly from: string;
}

function resolveOne(key: SettingKey, input: ConfigInput, file: Map<string, unknown>): Resolved {
  const setting = table.get(key) as Loose;
  const flag = input.flags?.[key];
  if (flag !== undefined) {
    const from = `--${setting.flag ?? key}`;
    const value = typeof flag === "string" ? fromText(setting, flag) : flag;
    return { value: checked(key, setting, value, from), source: "flag", from };
  }
  const variable = variableOf(key);
  const text = input.env?.[variable];
  if (text !== undefined && text !== "") {
    return {
      value: checked(key, setting, fromText(setting, text), variable),
      source: "environment",
      from: variable,
    };
  }
  if (file.has(key)) {
    const from = input.file ?? "decnet.toml";
    return { value: checked(key, setting, file.get(key), from), source: "file", from };
  }
  return { value: checked(key, setting, setting.default, "default"), source: "default", from: "default" };
}

/** Resolves every setting. Throws DecnetError `config` that names the flag, variable or file and the remedy. */
export function loadConfig(input: ConfigInput): Config & { explain(): readonly ExplainedSetting[] } {
  refuseUnknownVariables(input.env ?? {});
  const file = readFileSettings(input.file);
  const resolved = new Map(settingKeys.map((key) => [key, resolveOne(key, input, file)]));
  const of = (key: SettingKey): Resolved => resolved.get(key) as Resolved;
  return Object.freeze({
    get: <K extends SettingKey>(key: K) => of(key).value as SettingValue<K>,
    sourceOf: (key: SettingKey) => of(key).source,
    explain: () =>
      settingKeys.map((key) => {
        const { value, source, from } = of(key);
        const setting = table.get(key) as Loose;
        const hidden = setting.secret === true && source !== "default";
        return {
          key,
          value: hidden ? "***" : (setting.mask?.(value) ?? value),
          source,
          from,
          summary: setting.summary,
        };
      }),
  });
}
