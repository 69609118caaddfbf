// Settings as a worker reads them: flags over environment over decnet.toml over defaults.

import type { SettingKey, SettingValue } from "./config-schema.ts";

/** Where a value came from. */
export type SettingSource = "flag" | "environment" | "file" | "default";

/** Resolved settings. */
export interface Config {
  get<K extends SettingKey>(key: K): SettingValue<K>;
  sourceOf(key: SettingKey): SettingSource;
}
