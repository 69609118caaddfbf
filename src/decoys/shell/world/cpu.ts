// The processor, as /proc/cpuinfo and lscpu show it.

import type { World } from "./world.ts";

/** `/proc/cpuinfo`. */
export function cpuinfo(world: World): string {
  const { cpuModel, cpus } = world.persona.hardware;
  const { machine } = world.persona.os;
  const each = (block: (i: number) => string): string =>
    Array.from({ length: cpus }, (_, i) => block(i)).join("\n");
  if (machine === "mips") {
    const chip = world.persona.firmware?.chip ?? "";
    return `system type\t\t: ${chip}\nprocessor\t\t: 0\ncpu model\t\t: ${cpuModel}\nBogoMIPS\t\t: 239.20\nwait instruction\t: no\nmicrosecond timers\t: yes\ntlb_entries\t\t: 64\nextra interrupt vector\t: no\nhardware watchpoint\t: yes\nASEs implemented\t: mips16 dsp\nVCED exceptions\t\t: not available\nVCEI exceptions\t\t: not available\n\nunaligned_instructions\t: 0\ndcache hits\t\t: 0\ndcache misses\t\t: 0\nicache hits\t\t: 0\nicache misses\t\t: 0\ninstructions\t\t: 0\n`;
  }
  const amd = cpuModel.startsWith("AMD");
  const mhz = cpuMhz(world).toFixed(3);
  const [family, model, stepping, cache] = amd ? [23, 49, 0, "512 KB"] : [6, 85, 7, "14080 KB"];
  const block = (i: number): string =>
    `processor\t: ${i}\nvendor_id\t: ${amd ? "AuthenticAMD" : "GenuineIntel"}\ncpu family\t: ${family}\nmodel\t\t: ${model}\nmodel name\t: ${cpuModel}\nstepping\t: ${stepping}\nmicrocode\t: 0x1\ncpu MHz\t\t: ${mhz}\ncache size\t: ${cache}\nphysical id\t: 0\nsiblings\t: ${cpus}\ncore id\t\t: ${i}\ncpu cores\t: ${cpus}\napicid\t\t: ${i}\ninitial apicid\t: ${i}\nfpu\t\t: yes\nfpu_exception\t: yes\ncpuid level\t: 13\nwp\t\t: yes\nflags\t\t: ${CPU_FLAGS}\nbugs\t\t: spectre_v1 spectre_v2 spec_store_bypass swapgs\nbogomips\t: ${(cpuMhz(world) * 2).toFixed(2)}\nclflush size\t: 64\ncache_alignment\t: 64\naddress sizes\t: 40 bits physical, 48 bits virtual\npower management:\n`;
  return `${each(block)}\n`;
}

/** Flags that both vendors of the list have. */
export const CPU_FLAGS =
  "fpu vme de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2 ht syscall nx pdpe1gb rdtscp lm constant_tsc rep_good nopl xtopology cpuid tsc_known_freq pni pclmulqdq ssse3 fma cx16 sse4_1 sse4_2 x2apic movbe popcnt tsc_deadline_timer aes xsave avx f16c rdrand hypervisor lahf_lm abm 3dnowprefetch fsgsbase bmi1 avx2 smep bmi2 rdseed adx smap xsaveopt arat";

/** The processor's clock in MHz. */
export function cpuMhz(world: World): number {
  const ghz = /([\d.]+)GHz/.exec(world.persona.hardware.cpuModel)?.[1];
  return ghz === undefined ? 2994.372 : Number(ghz) * 1000 - 0.006;
}
