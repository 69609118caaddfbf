// Command lines of find and xargs: run in a real Debian and in the fake one, each in an empty folder of its own, they
// must print the same and end with the same status. Walks are sorted where the order is the disk's own.

const TREE =
  "mkdir -p d/sub/deep d/empty; printf 12345 >d/a.txt; : >d/b.c; printf '%02000d' 1 >d/sub/big.log; " +
  "printf x >d/sub/deep/run.sh; chmod 4755 d/sub/deep/run.sh; chmod 600 d/a.txt; chmod 644 d/b.c d/sub/big.log; " +
  "chmod 755 d d/sub d/sub/deep d/empty; ln -s a.txt d/link; touch -d @1000000000 d/b.c; ";

export const findCases: readonly string[] = [
  "find d | sort; echo $?",
  "find d -name '*.c' -o -name '*.txt' | sort",
  "find d ! -name '*.c' -type f | sort; find d -not -type d -a -name 'r*'",
  "find d \\( -name a.txt -o -name big.log \\) -print | sort",
  "find d -name '*.c' -o -name '*.txt' -print | sort",
  "find d -type d -empty; find d -type f -empty; find d -type l; find d -type f,l | sort",
  "find d -mtime +30; find d -mtime -1 -type f | sort; find d -mmin -5 -type f | sort; find d -mmin +5",
  "find d -size +1k; find d -size 5c -type f; find d -size -2 -type f | sort; find d -size 1 -type f | sort",
  "find d -perm 600; find d -perm -4000; find d -perm /4111 -type f; find d -perm -u=s; find d -perm /u+s,g+s; find d -perm 0755 -type d | sort",
  "find d -maxdepth 1 | sort; find d -mindepth 2 -maxdepth 2 | sort; find d -maxdepth 0",
  "find d -depth -path '*sub*'",
  "find d/a.txt -printf '%p %f %h %s %m %M %u %g %U %G %y %d %n\\n'",
  "find d/b.c -printf '%T@ %TY-%Tm-%Td %TH:%TM|%t|%-12f|%5s|%%|\\t\\101\\n'; find d/link -printf '%l %Y\\n'",
  "find d/sub -printf '%P|%H\\n' | sort; find . -maxdepth 1 -printf '%f|%h\\n' | sort",
  "find d -name '*.txt' -exec echo one {} two \\; -exec echo '{}{}' \\;",
  "find d -type f -exec echo {} + | tr ' ' '\\n' | sort; find d -name nope -exec echo {} +",
  "find d -type f -exec test -s {} \\; -print | sort; find d/a.txt -exec false \\; ; echo $?; find d/a.txt -exec false {} +; echo $?",
  "find d -name '*.log' -delete; find d -name 'sub' -delete; find d | sort; find d/empty -delete; ls d",
  "find d -name sub -prune -o -type f -print | sort; find d -name a.txt -quit; find d -name a.txt -print -quit",
  "find d -newer d/b.c -type f | sort; find d -user root -name a.txt; find d -uid 0 -name a.txt; find d -links 1 -name a.txt; ls -l d/b.c | wc -l",
  "find d -iname '*.TXT'; find d -regex '.*/b.*' | sort; find d -path 'd/s*' -name '*.sh'",
  "find d -print0 | tr '\\0' '\\n' | sort; find d -type f -print0 | sort -z | xargs -0 -n 2 echo",
  "find nope; echo $?; find nope d/a.txt; echo $?",
  "find d -foo; echo $?; find d -name; echo $?; find d -type z; echo $?; find d -mtime x; echo $?; find d -exec echo; echo $?",
  "find d -name a.txt b.c; echo $?; find d -user nobody-here; echo $?",
  "find d -name a.txt -exec nope {} \\; ; echo $?; find d/a.txt -false , -name 'a*' -print; find d/a.txt -true -print",
  "find d -executable -type f; find d -readable -name a.txt; find d -type f | xargs ls -1 | sort",
].map((line) => TREE + line);

export const xargsCases: readonly string[] = [
  "printf 'a b\\nc\\n' | xargs; printf 'a b\\nc\\n' | xargs -n 1; printf 'a b c d e' | xargs -n2 echo x",
  "printf 'a b\\n c d\\n' | xargs -I{} echo '[{}]' '{}{}'; printf 'a\\nb\\n' | xargs -I % sh -c 'echo %-%'",
  "printf 'a b\\0c\\0' | xargs -0 -n1 echo; printf 'a,b,c' | xargs -d, -n 1 echo; printf 'x\\ny\\n' | xargs -d '\\n' echo",
  'printf "\'a b\' \\"c d\\" e\\\\\\\\ f\\n" | xargs -n1 echo',
  "printf '' | xargs echo none; printf '' | xargs -r echo none; printf '' | xargs -I{} echo {}",
  "printf '1\\n2\\n' | xargs -n1 false; echo $?; printf 'a\\n' | xargs nope; echo $?; printf \"it's\\n\" | xargs; echo $?",
  "printf 'a b\\nc d\\n' | xargs -L 1 echo; printf '1 2 3' | xargs -t -n2 echo; printf '1 2' | xargs -P 4 -n 2 echo",
  "printf 'x\\n' | xargs -n 0 echo; echo $?; printf '1 2\\n' | xargs sh -c 'exit 255'; echo $?",
];
