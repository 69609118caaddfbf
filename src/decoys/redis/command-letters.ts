// The letters that stand for flags and ACL categories in the tables of commands. Data only.

/** Letters of the flags, in the server's words. */
export const flagLetters = {
  a: "admin",
  b: "allow_busy",
  c: "asking",
  d: "blocking",
  e: "denyoom",
  f: "fast",
  g: "loading",
  h: "movablekeys",
  i: "no_async_loading",
  j: "no_auth",
  k: "no_mandatory_keys",
  l: "no_multi",
  m: "noscript",
  n: "pubsub",
  o: "readonly",
  p: "skip_monitor",
  q: "skip_slowlog",
  r: "stale",
  s: "write",
} as const;

/** Letters of the ACL categories. */
export const categoryLetters = {
  A: "@admin",
  B: "@bitmap",
  C: "@blocking",
  D: "@connection",
  E: "@dangerous",
  F: "@fast",
  G: "@geo",
  H: "@hash",
  I: "@hyperloglog",
  J: "@keyspace",
  K: "@list",
  L: "@pubsub",
  M: "@read",
  N: "@scripting",
  O: "@set",
  P: "@slow",
  Q: "@sortedset",
  R: "@stream",
  S: "@string",
  T: "@transaction",
  U: "@write",
} as const;
