import { expect, test } from "bun:test";
import { openTestShell } from "../../../test/support/shell-session.ts";
import { runInteractive } from "./interactive.ts";

/** A terminal: types `keys` one after another, each once the screen shows what it waits for. */
async function typed(steps: readonly (readonly [wait: string, keys: string])[]): Promise<string> {
  const shell = openTestShell();
  let screen = "";
  let seen = 0;
  let look = (): void => undefined;
  const left = [...steps];
  const done = runInteractive({
    login: shell.login,
    terminal: { columns: 80, rows: 10, type: "xterm" },
    greeting: "",
    output: (bytes) => {
      screen += Buffer.from(bytes).toString("latin1");
      look();
      return Promise.resolve();
    },
    input: {
      async read() {
        const step = left.shift();
        if (!step) return null;
        while (!screen.slice(seen).includes(step[0]))
          await new Promise<void>((resolve) => {
            look = resolve;
          });
        seen = screen.length;
        return new Uint8Array(Buffer.from(step[1], "latin1"));
      },
    },
  }).done;
  await done;
  await shell.close();
  return screen;
}

test("top on a terminal ends on q, which no shell gets to see", async () => {
  const screen = await typed([
    ["# ", "top\r"],
    ["TIME+ COMMAND", "q"],
    ["# ", "echo af''ter\r"],
    ["after", "exit\r"],
  ]);
  expect(screen).toContain("top - ");
  expect(screen).toContain("\r\nafter\r\n");
  expect(screen).not.toContain("command not found");
});

test("less pages on a terminal: keys are its own, and q leaves", async () => {
  const screen = await typed([
    ["# ", "seq 30 > /tmp/n; less /tmp/n\r"],
    ["\x1b[7m/tmp/n", " "],
    ["18\r\n", "G"],
    ["(END)", "q"],
    ["\x1b[?1049l", "echo af''ter\r"],
    ["after", "exit\r"],
  ]);
  expect(screen).toContain("\x1b[H\x1b[J22\r\n");
  expect(screen).not.toContain("command not found");
  expect(screen).not.toContain("GGq");
});

test("Ctrl-C ends top, and timeout ends what waits for the terminal", async () => {
  const screen = await typed([
    ["# ", "top\r"],
    ["TIME+ COMMAND", "\x03"],
    ["# ", "timeout .2 cat; echo st''atus $?\r"],
    ["status 124", "exit\r"],
  ]);
  expect(screen).toContain("status 124");
});
