// The options of ls: the letters, and the long names of GNU ls 9.1 in the order in which getopt_long lists them.

const LETTERS = "aAlhtrSR1dinFgGpsCcuqxLHX";

/** Names with the letter that they stand for; those without one change nothing that is shown here. `=`: with a value. */
const NAMES =
  "all:a escape directory:d dired full-time:l group-directories-first human-readable:h inode:i kibibytes numeric-uid-gid:n no-group:G hide-control-chars:q reverse:r size:s width= almost-all:A ignore-backups classify:F file-type:p si:h dereference-command-line:H dereference-command-line-symlink-to-dir hide= ignore= indicator-style= dereference:L literal quote-name quoting-style= recursive:R format= show-control-chars sort= tabsize= time= time-style= zero color hyperlink block-size= context author help version".split(
    " ",
  );

/** A letter that nobody can type, for a long name that has none. */
const hidden = (i: number): string => String.fromCharCode(0x100 + i);

/** What parseOptions is told. */
export const LS_OPTIONS = {
  short: LETTERS + NAMES.flatMap((name, i) => (name.endsWith("=") ? [`${hidden(i)}:`] : [])).join(""),
  long: Object.fromEntries(
    NAMES.map((entry, i): [string, string] => {
      const [name = "", letter] = entry.replace("=", "").split(":");
      return [name, letter ?? hidden(i)];
    }),
  ),
  status: 2,
};
