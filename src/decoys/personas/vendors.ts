// Who made a network card, by the prefix of its MAC: the IEEE registry's holders, by the names that people know them by.

const VENDORS: Readonly<Record<string, string>> = {
  "18:66:da": "Dell",
  "6c:2b:59": "Dell",
  "8c:04:ba": "Dell",
  "54:bf:64": "Dell",
  "98:e7:43": "Dell",
  "3c:a8:2a": "HP",
  "a0:d3:c1": "HP",
  "9c:b6:54": "HP",
  "3c:d9:2b": "HP",
  "e8:d8:d1": "HP",
  "0c:c4:7a": "Supermicro",
  "ac:1f:6b": "Supermicro",
  "00:15:5d": "Microsoft",
  "00:50:56": "VMware",
  "00:11:32": "Synology",
  "90:09:d0": "Synology",
  "98:fc:11": "Linksys",
  "00:25:9c": "Linksys",
  "20:cf:30": "Asus",
  "bc:ae:c5": "Asus",
  "28:10:7b": "D-Link",
  "b8:a3:86": "D-Link",
  "c8:be:19": "D-Link",
  "00:80:f4": "Schneider Electric",
};

/** The makers of cards with these prefixes, each once. */
export function vendorsOf(prefixes: readonly string[]): readonly string[] {
  return [...new Set(prefixes.map((prefix) => VENDORS[prefix] ?? "unknown"))];
}
