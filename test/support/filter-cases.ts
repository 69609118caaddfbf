// Command lines of the filters of lines: run in a real Debian and in the fake one, they must print the same and end
// with the same status.

const ROWS = "printf 'carol 30 x\\nalice 5 z\\nbob 100 y\\nalice 12 y\\n'";
const COLONS = "printf 'root:x:0:0\\nuser:x:1000:5\\ndaemon:x:1:1\\nsync:x:4:65534\\n'";

export const sortCases: readonly string[] = [
  `${ROWS} | sort -k2; ${ROWS} | sort -k2n; ${ROWS} | sort -k2,2nr; ${ROWS} | sort -k1,1 -k2,2n`,
  `${ROWS} | sort -k3,3 -k1,1r; ${ROWS} | sort -rk3; ${ROWS} | sort -k 1.2,1.3; ${ROWS} | sort -s -k3,3`,
  `${COLONS} | sort -t: -k3n; ${COLONS} | sort -t : -k 3 -n -r; ${COLONS} | sort -t: -nk4,4`,
  `${ROWS} | sort -u -k1,1; ${ROWS} | sort -uk3,3; printf '1\\n01\\n1.0\\n' | sort -nu; printf 'a\\na\\n' | sort -c -u; echo $?`,
  "printf '10\\n9\\n-1\\nabc\\n1.5\\n\\n' | sort -n; printf '10\\n9\\n-1\\nabc\\n' | sort -nr; printf '1e3\\n20\\n' | sort -g",
  "printf '1K\\n2M\\n500\\n1G\\n3K\\n' | sort -h; printf 'v1.10\\nv1.9\\nv1.2\\n' | sort -V; printf 'Mar\\njan\\nDec\\n' | sort -M",
  "printf 'b\\nA\\na\\nB\\n' | sort; printf 'b\\nA\\na\\nB\\n' | sort -f; printf 'b\\nA\\na\\nB\\n' | sort -fu; printf '  b\\n a\\nc\\n' | sort -b",
  "printf 'a\\nc\\nb\\n' | sort -c; echo $?; printf 'a\\nb\\n' | sort -c; echo $?; printf 'b\\na\\n' | sort -C; echo $?",
  "printf 'b\\na\\n' >f; sort -o f f; cat f; sort f - </dev/null; sort nope; echo $?; sort -k0 f; echo $?; sort -kx f; echo $?; sort -t ab f; echo $?",
  "printf 'b\\0a\\0' | sort -z | tr '\\0' '\\n'; printf 'x 2\\nx 1\\n' | sort -k1,1; printf '.b\\na\\n-c\\n' | sort -d; sort -Y; echo $?",
];

export const filterCases: readonly string[] = [
  "printf 'a\\na\\nb\\nB\\n' | uniq -c; printf 'a\\na\\nb\\nB\\n' | uniq -ci; printf 'a\\na\\nb\\n' | uniq -d; printf 'a\\na\\nb\\n' | uniq -u; printf 'a\\na\\nb\\n' | uniq -D",
  "printf '1 x\\n2 x\\n3 y\\n' | uniq -f1; printf '1x\\n2x\\n3y\\n' | uniq -s 1; printf 'abc\\nabd\\n' | uniq -w2 -c",
  "echo a:b:c:d | cut -d: -f2-; echo a:b:c:d | cut -d : -f -2; echo a:b:c:d | cut -d: -f1,3-; echo abc | cut -c-2; echo abcdef | cut -b2,4-5",
  "echo abc | cut -d: -f2; echo abc | cut -s -d: -f2; echo a:b:c | cut -d: --complement -f2; echo a:b:c | cut -d: -f1,3 --output-delimiter=-; echo a | cut; echo $?; echo a | cut -d ab -f1; echo $?; echo a | cut -f 0; echo $?; echo a | cut -f x; echo $?",
  "echo 'Hello, World 42!' | tr '[:upper:]' '[:lower:]'; echo 'Hello 42!' | tr -d '[:punct:][:digit:]'; echo 'a  b' | tr -s '[:blank:]'; echo 'ab12' | tr -cd '[:alnum:]\\n'",
  "echo hello | tr 'a-y' 'b-z'; echo hello | tr -s l; echo 'a1b2' | tr '[:digit:]' '#'; echo abc | tr 'abc' '[x*]'; echo abc | tr 'a-c' '[x*2]y'; printf 'a\\tb\\n' | tr '[:cntrl:]' '?'; echo",
  "echo 'deadBEEF xyz' | tr -cd '[:xdigit:]'; echo; printf 'a\\001b\\n' | tr -cd '[:print:]\\n'; printf 'a b\\n' | tr '[:space:]' '\\n'; echo abc | tr -t abc x; echo 'a-b' | tr -- - _; echo aXb | tr 'X' '\\n'",
  "echo abc | tr a; echo $?; echo abc | tr; echo $?; echo abc | tr -d a b; echo $?; echo 'ab\\\\c' | tr '\\\\' /; echo 'x' | tr x '\\101'; echo zab | tr '[=a=]' q; echo ba | tr b-a x; echo $?",
];
