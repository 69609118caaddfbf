// What the network's tools say: one link when one is named, the same figures everywhere, its own gateway.

import { afterAll, expect, test } from "bun:test";
import { openTestShell } from "../../../../test/support/shell-session.ts";

const shell = openTestShell();
const router = openTestShell({ device: true });
const printed = async (line: string): Promise<string> => (await shell.run(line)).out;

afterAll(() => {
  shell.close();
  router.close();
});

test("ifconfig and ip show the link that is named, and no other", async () => {
  expect(await printed("ifconfig lo")).toMatch(/^lo: flags=73<UP,LOOPBACK,RUNNING> {2}mtu 65536\n/);
  expect(await printed("ifconfig lo | grep -c mtu")).toBe("1\n");
  expect(await printed("ifconfig ens18 | grep -c mtu; ifconfig | grep -c mtu")).toBe("1\n2\n");
  expect(
    await printed("ip addr show dev lo | grep -c mtu; ip a s ens18 | grep -c mtu; ip a | grep -c mtu"),
  ).toBe("1\n1\n2\n");
  expect(await printed("ip -br a show lo")).toBe("lo               UNKNOWN        127.0.0.1/8 \n");
  expect(await printed("ip -o -4 addr show ens18")).toMatch(
    /^2: ens18 {4}inet 10\.20\.30\.40\/24 brd 10\.20\.30\.255 scope global ens18\\ {7}valid_lft forever /,
  );
  expect(await printed("ip -6 a; ip -4 a show lo")).toBe(
    "1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN group default qlen 1000\n    inet 127.0.0.1/8 scope host lo\n       valid_lft forever preferred_lft forever\n",
  );
});

test("a link that is not there is not found", async () => {
  expect(await shell.run("ifconfig nope")).toMatchObject({
    both: "nope: error fetching interface information: Device not found\n",
    status: 1,
  });
  expect(await shell.run("ip link show nope")).toMatchObject({
    both: 'Device "nope" does not exist.\n',
    status: 1,
  });
  expect(await router.run("ifconfig nope")).toMatchObject({
    both: "ifconfig: nope: error fetching interface information: Device not found\n",
    status: 1,
  });
});

test("routes, neighbours and files of the kernel name the same gateway", async () => {
  const mac = (await printed("ip neigh")).split(" ")[4] ?? "";
  expect(mac).toMatch(/^[0-9a-f]{2}(?::[0-9a-f]{2}){5}$/);
  expect(await printed("arp -an")).toContain(`(10.20.30.1) at ${mac} `);
  expect(await printed("cat /proc/net/arp")).toContain(`10.20.30.1       0x1         0x2         ${mac} `);
  expect(await printed("ip route show default")).toStartWith("default via 10.20.30.1 dev ens18");
  expect(await printed("ip route get 192.0.2.9")).toStartWith(
    "192.0.2.9 via 10.20.30.1 dev ens18 src 10.20.30.40",
  );
  expect(await printed("cut -f 3 /proc/net/route")).toBe("Gateway \n011E140A\n00000000\n");
  expect(await printed("grep nameserver /etc/resolv.conf")).toBe("nameserver 10.20.30.1\n");
});

test("the loopback's figures agree, and it is as wide as its kernel makes it", async () => {
  const { out } = await shell.run("ifconfig lo | grep 'RX packets'; grep lo: /proc/net/dev");
  const [, packets, bytes] = /RX packets (\d+) {2}bytes (\d+) /.exec(out) ?? [];
  expect(out).toMatch(new RegExp(`lo: +${bytes} +${packets} `));
  expect((await router.run("ifconfig lo")).out).toContain("UP LOOPBACK RUNNING  MTU:16436  Metric:1\n");
  expect((await router.run("ifconfig br0")).out).not.toContain("Loopback");
});
