// Knows the ways in which a MySQL is turned into code execution, by the text of a statement. Only names them.

/** A technique, with the statement that tells it. */
export interface Takeover {
  readonly technique: "mysql-udf" | "mysql-outfile" | "mysql-log-file" | "mysql-load-data";
}

const signs: readonly (readonly [RegExp, Takeover["technique"]])[] = [
  [/\bSONAME\b/i, "mysql-udf"],
  [/\bINTO\s{1,32}(?:OUTFILE|DUMPFILE)\b/i, "mysql-outfile"],
  [/\b(?:general_log_file|slow_query_log_file)\b/i, "mysql-log-file"],
  [/\bLOAD\s{1,32}(?:DATA|XML)\b/i, "mysql-load-data"],
];

/** The techniques that a statement is a step of. */
export function findTakeovers(statement: string): Takeover[] {
  return signs.filter(([sign]) => sign.test(statement)).map(([, technique]) => ({ technique }));
}
