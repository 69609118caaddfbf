// Command lines with sed: what GNU sed prints for them, the fake one must print.

const lines = "printf 'one\\ntwo\\nthree\\nfour\\nfive\\n'";

/** Scripts that end well or badly in the same words. */
export const sedCases: readonly string[] = [
  `${lines} | sed -n '2,4p'; ${lines} | sed '2,4d'; ${lines} | sed -n '$p'; ${lines} | sed '$!d'; ${lines} | sed 2q; ${lines} | sed -n '/t/p'`,
  `${lines} | sed '/two/,/four/s/o/0/g'; ${lines} | sed -n '/two/,+1p'; ${lines} | sed -n '1~2p'; ${lines} | sed '0,/o/d'; ${lines} | sed '2,1d'`,
  `${lines} | sed -e 's/o/0/' -e 's/e/E/2' -e '3d'; ${lines} | sed 's/e/&&/gp;d'; ${lines} | sed -n 's/t\\(.\\)/<\\1>/p'`,
  `${lines} | sed -E 's/(t)(.)/\\2\\1/; s/^.+$/[&]/'; ${lines} | sed 's#o#/#g; s,t,\\,,'; ${lines} | sed 'y/eo/30/'`,
  `${lines} | sed '2a\\after'; ${lines} | sed '2i before'; ${lines} | sed '2c\\changed'; ${lines} | sed '2,3c gone'; ${lines} | sed '$a end'`,
  `${lines} | sed -n '$='; ${lines} | sed = | head -n 4; ${lines} | sed 'N;s/\\n/ /'; ${lines} | sed '$!N;P;D' | tail -n 1; ${lines} | sed -n 'H;\${x;s/\\n/,/g;p}'`,
  `${lines} | sed ':a;N;$!ba;s/\\n/-/g'; ${lines} | sed 'G' | head -n 3; ${lines} | sed -n '1!G;h;$p'; echo aaa | sed ':x;s/a/b/;tx'`,
  `${lines} | sed '/two/{s/t/T/;n;d}'; ${lines} | sed '/o/!d'; ${lines} | sed -e '/one/b' -e 's/^/x/'; ${lines} | sed '3q5'; echo $?`,
  "printf 'no newline' | sed 's/no/a/'; echo; printf 'a\\nb' | sed -n '$p'; echo; echo hello | sed 's/l*/x/g'; echo abc | sed 's/x*/-/g'; echo baaac | sed 's/a*/x/g'",
  "echo Hello | sed 's/.*/\\U&/'; echo hello | sed 's/\\(h\\)\\(.*\\)/\\u\\1\\2/; s/l/\\n/'; echo 'a.b' | sed 's/\\./\\\\./'; echo 'x/y' | sed 's/\\//|/'",
  "echo 'a b  c' | sed 's/[[:space:]]\\+/_/g'; echo abc | sed 's/[a/]/x/g'; echo 'a]b' | sed 's/[]]/x/'; echo 'AbC' | sed 's/B/x/I'; echo 'foo bar' | sed 's/\\bbar\\b/x/;s/\\<f/F/'",
  "cd /tmp; printf 'a\\nb\\n' > decnet-sed; sed -i 's/a/x/' decnet-sed; cat decnet-sed; sed -i.bak 1d decnet-sed; cat decnet-sed decnet-sed.bak; sed -n 's/x/y/w decnet-out' decnet-sed.bak; cat decnet-out; sed -i '$a # end' decnet-sed; sed '1r decnet-out' decnet-sed; rm decnet-sed decnet-sed.bak decnet-out",
  "echo x | sed 'k'; echo $?; echo x | sed 's/a/b'; echo x | sed 's/a/b/k'; echo x | sed '{p'; echo x | sed 'p}'; echo x | sed 'pp'; echo x | sed '/a'; echo x | sed '1,p'; echo x | sed 5",
  "echo x | sed 's/\\(/y/'; echo x | sed 'y/ab/c/'; echo x | sed 'bnowhere'; echo x | sed 's/x/\\1/'; sed p /nonexistent; echo $?; echo x | sed 'a'",
  "printf 'a\\tb\\x01\\n' | sed -n l; printf '#PermitRootLogin no\\n' | sed 's/^#\\?PermitRootLogin.*/PermitRootLogin yes/'; printf 'a=1\\n# c\\n\\nb=2\\n' | sed '/^#/d;/^$/d'; echo 'k: v' | sed -n 's/^k: *//p'",
  "printf 'a\\n' > /tmp/decnet-1; printf 'b' > /tmp/decnet-2; sed '$s/$/!/' /tmp/decnet-1 /tmp/decnet-2; echo; sed -s -n '$p' /tmp/decnet-2; rm /tmp/decnet-1 /tmp/decnet-2; sed --expression='s/a/b/' --quiet /dev/null; echo abc | sed --regexp-extended 's/(b)/[\\1]/'",
];
