// Tables and traps: run in a real shell and in the fake one, they must print the same and end with the same
// status.

export const tableCases: readonly string[] = [
  "declare -A m; m[k]=v; m[other]=w; echo ${m[k]} ${m[other]} ${m[none]:-none} ${#m[@]}",
  'declare -A m=([a]=1 [b]=2 [c]=3 [zz]=9); m[k]=v; echo ${!m[@]}; echo "${m[@]}"; echo ${#m[*]}',
  'declare -A m=([x86_64]=amd64 [aarch64]=arm64 ["two words"]="a b"); for k in "${!m[@]}"; do echo "$k -> ${m[$k]}"; done',
  'declare -A m; k="a b"; m[$k]=1; m["$k"]+=2; echo "${m[a b]} ${m[$k]}"; unset "m[$k]"; echo ${#m[@]}; unset m; echo ${m[x]}.',
  "declare -A n=(k1 v1 k2 v2); echo ${n[k1]} ${n[k2]}; n+=([k3]=v3 [k1]=x); echo ${n[k1]} ${n[k3]} ${#n[@]}",
  "f() { local -A t=([q]=1); t[r]=2; echo ${t[q]}${t[r]}; }; f; echo .${t[q]}.; g() { local a=(1 2); echo ${a[1]}; }; a=(9 8); g; echo ${a[1]}",
  "declare -A m=([a]=1 [b]='x y'); declare -p m; a=(1 'b c'); declare -p a; x=5; declare -p x; export y=6; declare -p y; declare -r z=7; declare -p z; declare -p nope; echo $?",
  "declare -A c; for w in a b a c a; do (( c[$w]++ )); done; for w in a b c; do c2=${c[$w]}; done; echo ${#c[@]}",
  "a=(1 2 3); unset 'a[1]'; echo ${!a[@]} ${a[@]}; a=([3]=x [1]=y); echo ${!a[@]}:${a[@]}; declare -i n=2+3; echo $n; declare -x E=1; env | grep ^E=",
  "for i in $(seq 1 40); do declare -A m; m[key$i]=$i; done; echo ${!m[@]}; echo ${m[@]}",
  'declare -A m=([a]=hello); echo ${m[a]^^} ${m[a]/l/L} ${m[a]:1:3} ${#m[a]} "${m[a]%lo}"; m[a]=; echo "${m[a]-unset}" "${m[a]:-empty}"',
];

export const trapCases: readonly string[] = [
  "trap 'echo bye' EXIT; echo hi; exit 3",
  "trap 'echo bye $?' 0; (exit 4)",
  "trap 'echo t' TERM; kill -TERM $$; echo after; kill -15 $$; echo end",
  "trap '' INT; kill -INT $$; echo alive; trap - INT; trap",
  "trap 'echo a' USR1 USR2; trap; kill -s USR1 $$; kill -USR2 $$; trap - USR1; trap -p",
  "trap 'echo x' SIGHUP; trap -p HUP; trap 'echo it'\\''s' INT; trap",
  "trap 'echo e' EXIT; trap - EXIT; echo done",
  "trap 'echo outer' EXIT; (echo in; trap); (trap 'echo inner' EXIT; echo sub)",
  "trap x NOSIG; echo $?; trap 'echo q' 2 15; trap; trap 2; trap",
  "f() { trap 'echo leaving' EXIT; }; f; echo body",
  "trap 'rm -f /tmp/decnet-trap; echo cleaned' EXIT; touch /tmp/decnet-trap; test -f /tmp/decnet-trap && echo there",
  "trap 'echo caught; exit 5' TERM; kill $$; echo never",
  "trap 'echo err $?' ERR; false; true; if false; then :; fi; false || true; echo end",
];

/** Traps that dash has as well. */
export const posixTrapCases: readonly string[] = [
  "trap 'echo bye' EXIT; echo hi; exit 3",
  "trap 'echo t' TERM; kill -TERM $$; echo after; trap",
  "trap '' INT; kill -INT $$; echo alive; trap - INT; trap",
  "trap 'echo a' HUP USR1; trap; trap x NOSIG; echo $?; trap 2 15",
  "trap 'echo q' 0 2; trap; trap - 0; trap",
];
