// Whether the environment switches the bus off. Reads one variable and nothing else.

const OFF = new Set(["false", "0", "no", "off"]);

/** `DECNET_BUS_ENABLED=false`, in any of its spellings. */
export function isBusOff(env: NodeJS.ProcessEnv): boolean {
  return OFF.has((env["DECNET_BUS_ENABLED"] ?? "").toLowerCase());
}
