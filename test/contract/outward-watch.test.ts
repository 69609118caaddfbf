// The judge of captures is itself judged: what a machine began is found in what tcpdump writes, and nothing else is.

import { expect, test } from "bun:test";
import { begunBy, linkLocalOf } from "../support/outward-watch.ts";

const own = new Set(["10.77.0.5", "fe80::2ff:feaa:bb0c"]);

test("a beginning of IPv4 and IPv6 is found by its source; answers and others' are none", () => {
  const begun = [
    "br-lab P   IP 10.77.0.5.40000 > 10.77.0.200.80: tcp 0",
    "dn1v1 P   IP6 fe80::2ff:feaa:bb0c.40000 > fe80::1.80: tcp 0",
    "br-lab In  IP 10.77.0.5 > 10.77.0.200: ICMP echo request, id 1, seq 1, length 64",
    "br-lab In  IP6 fe80::2ff:feaa:bb0c > fe80::1: ICMP6, echo request, id 1, seq 1, length 64",
    "eth0  Out IP 10.77.0.5.53 > 10.77.0.9.5353: UDP, length 12",
  ];
  const fair = [
    "br-lab P   IP 10.77.0.200.40000 > 10.77.0.5.80: tcp 0",
    "br-lab P   IP 10.77.0.50.40000 > 10.77.0.6.80: tcp 0",
    "br-lab In  IP 10.77.0.200.999 > 10.77.0.5.161: UDP, length 12",
    "br-lab Out IP 10.77.0.5.161 > 10.77.0.200.999: UDP, length 12",
    "lo    In  IP 10.77.0.5.1 > 10.77.0.5.2: tcp 0",
  ];
  expect(begunBy([...fair, ...begun], own)).toEqual(begun);
});

test("the link-local address of a MAC is written as tcpdump writes it", () => {
  expect(linkLocalOf("02:00:5e:10:00:01")).toBe("fe80::5eff:fe10:1");
  expect(linkLocalOf("18:66:da:00:00:01")).toBe("fe80::1a66:daff:fe00:1");
});
