// The settings of a call: its flags, the environment, and the data folder's decnet.toml.

import type { Config, ExplainedSetting } from "../kit/config.ts";
import { loadConfig } from "../kit/config.ts";
import type { DataFolder } from "../kit/data-folder.ts";
import { dataFolder } from "../kit/data-folder.ts";
import type { CommandCall } from "./command.ts";

/** What a call runs with. */
export interface CallSettings {
  readonly folder: DataFolder;
  readonly config: Config & { explain(): readonly ExplainedSetting[] };
}

/** Resolves the data folder and every setting. */
export function settingsOf(call: CommandCall): CallSettings {
  const folder = dataFolder(call.dataDir);
  const config = loadConfig({ flags: call.flags, env: call.terminal.env, file: folder.configFile });
  return { folder, config };
}
