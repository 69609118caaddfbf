// What a drill plays: one scenario per decoy, and the evidence that must come of it.

import { createHash, randomUUID } from "node:crypto";
import type { EvidenceItem } from "../../api/types.ts";
import type { EvidenceKind } from "../../contract/evidence.ts";
import type { Target } from "./wire.ts";

/** A login of the persona, and a file of no meaning to leave behind. */
export interface Props {
  readonly username: string;
  readonly password: string;
  /** Text that marks this run wherever it is sent. */
  readonly mark: string;
  readonly file: Buffer;
  readonly fileSha256: string;
}

/** One record that must appear. `fits` looks into its data. */
export interface Expectation {
  readonly step: string;
  readonly kind: EvidenceKind;
  readonly fits?: (data: EvidenceItem["data"]) => boolean;
}

/** One intrusion. */
export interface Scenario {
  readonly service: string;
  /** Holds the conversation; throws when the decoy does not answer as the product would. */
  readonly play: (target: Target, props: Props) => Promise<void>;
  readonly expects: (props: Props) => readonly Expectation[];
}

/** Props of one run. */
export function makeProps(login: { readonly username: string; readonly password: string }): Props {
  const mark = `drill-${randomUUID()}`;
  const file = Buffer.from(`${mark}\ninert, made by decnet drill\n`);
  return { ...login, mark, file, fileSha256: createHash("sha256").update(file).digest("hex") };
}

/** A wrong password that nobody's persona admits. */
export const WRONG_PASSWORD = "drill-wrong-password";

/** A record whose login attempt came out so. */
export function attempt(step: string, accepted: boolean): Expectation {
  return { step, kind: "auth.attempted", fits: (data) => data["accepted"] === accepted };
}

/** A command that holds `text`. */
export function command(step: string, text: string): Expectation {
  return {
    step,
    kind: "command.executed",
    fits: (data) => String((data["command"] as { val?: unknown } | undefined)?.val).includes(text),
  };
}

/** The upload of the drill's file. */
export function upload(step: string, props: Props): Expectation {
  return { step, kind: "file.uploaded", fits: (data) => data["sha256"] === props.fileSha256 };
}
