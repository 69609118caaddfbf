// The stand-in for the API answers with rows that the API's own schemas take, over every kind of evidence there is.

import { expect, test } from "bun:test";
import * as schemas from "../../src/api/schemas.ts";
import { evidenceKinds, isEvidenceKind } from "../../src/contract/evidence.ts";
import { attackerDetail, busyInstall, freshInstall, sessionDetail } from "../support/mock-data.ts";
import { SESSION, seeds } from "../support/mock-evidence.ts";

const NOW = 1_700_000_000_000;

test("every row fits its schema", () => {
  for (const data of [busyInstall(NOW), freshInstall(NOW)]) {
    for (const row of data.attackers) schemas.attackerSchema.strict().parse(row);
    for (const row of data.sessions) schemas.sessionSchema.strict().parse(row);
    for (const row of data.evidence) schemas.evidenceSchema.strict().parse(row);
    for (const row of data.credentials) schemas.credentialSchema.strict().parse(row);
    for (const row of data.reuse) schemas.credentialReuseSchema.strict().parse(row);
    for (const row of data.deckies) schemas.deckySchema.strict().parse(row);
    for (const row of data.workers) schemas.workerSchema.strict().parse(row);
    schemas.statsSchema.strict().parse(data.stats);
  }
  const data = busyInstall(NOW);
  schemas.attackerDetailSchema.parse(attackerDetail(data, "203.0.113.7"));
  schemas.sessionDetailSchema.parse(sessionDetail(data, SESSION));
  expect(data.evidence.length).toBe(seeds.length);
});

test("every record's data fits its kind", () => {
  for (const { kind, data } of seeds) {
    if (!isEvidenceKind(kind)) throw new Error(`not a kind: ${kind}`);
    expect({ kind, issues: evidenceKinds[kind].data.safeParse(data).error?.issues }).toEqual({
      kind,
      issues: undefined,
    });
  }
});

test("every kind is shown", () => {
  expect([...new Set(seeds.map(({ kind }) => kind))].sort()).toEqual(Object.keys(evidenceKinds).sort());
});
