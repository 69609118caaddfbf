import { expect, test } from "bun:test";
import { groundFaults, groundOf } from "./ground.ts";
import type { DesiredFleet, DesiredLink } from "./model.ts";

const link = (bridge: string, driver?: "macvlan"): DesiredLink => ({
  name: "eth0",
  host: `h-${bridge}`,
  bridge,
  driver,
  mac: "02:00:00:00:00:01",
  addresses: [],
});

const decky = (namespace: string, ...links: DesiredLink[]) => ({
  namespace,
  links,
  sysctls: {},
  firewall: "v1",
});

const fleet: DesiredFleet = {
  bridges: ["ours"],
  joined: ["br0", "eth0"],
  deckies: [
    decky("a", link("ours")),
    decky("b", link("br0")),
    decky("c", link("eth0")),
    decky("d", link("eth1", "macvlan"), link("br0")),
  ],
};

test("a fleet stands on the bridges it joins and on the interfaces of its macvlans", () => {
  expect([...groundOf(fleet)]).toEqual(["br0", "eth0", "eth1"]);
});

test("what is up bears; what is down or of the wrong kind is told with its name and the remedy", () => {
  const eth0 = { name: "eth0", kind: "bridge", up: true };
  const eth1 = { name: "eth1", kind: "", up: true };
  const br0 = { name: "br0", kind: "bridge", up: true };
  expect([...groundFaults(fleet, [eth0, eth1, br0])]).toEqual([]);
  const down = "br0 is down: sudo ip link set br0 up";
  expect([...groundFaults(fleet, [eth0, eth1, { ...br0, up: false }])]).toEqual([
    ["b", down],
    ["d", down],
  ]);
  const faults = groundFaults(fleet, [{ ...eth0, kind: "" }, { ...eth1, up: false }, br0]);
  expect(faults.get("c")).toBe(
    "eth0 is an interface and no bridge: name a bridge, or join its network with --driver macvlan",
  );
  expect(faults.get("d")).toBe("eth1 is down: sudo ip link set eth1 up");
  expect(faults.size).toBe(2);
});
