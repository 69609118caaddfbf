// Command lines of stat and of touch's times: run in a real Debian and in the fake one, each in an empty folder of its
// own, they must print the same and end with the same status. What a disk decides (inodes, blocks of folders) is left out.

const FILES =
  "printf 12345 >a.txt; chmod 4750 a.txt; : >'b c'; chmod 600 'b c'; mkdir d; chmod 1777 d; ln -s a.txt l; touch -d @1000000000 a.txt 'b c'; ";

export const statCases: readonly string[] = [
  "stat -c %s a.txt; stat -c '%n %s %a %A %F' a.txt 'b c'; stat -c '%a %A %F' d; stat -c '%N %F' l; stat -c '%N' 'b c'",
  "stat -c '%u %U %g %G %h %f %y %Y' a.txt; stat --format=%Y a.txt; stat --format '%x|%z' nope; echo $?",
  "stat --printf '%n\\t%s\\n' a.txt; stat --printf=%s a.txt; echo; stat -c '%n\\t' a.txt; stat -c '%%|%8s|%-8s|%08s|%#a' a.txt",
  "stat -L -c '%n %F' l; stat -Lc %s l; stat -c '%B %o %t %T' a.txt; stat -c %F /dev/null; stat -c '%t,%T' /dev/null; stat; echo $?",
  "stat a.txt | head -n 1; stat a.txt | sed -n '4p'; stat l | head -n 1; stat a.txt | grep Modify; stat -c %k a.txt",
  "touch -t 202001021530.45 n; stat -c %y n; touch -t 2001021530 n; stat -c %y n; touch -r a.txt n; stat -c %Y n; touch -d '2021-05-06 07:08:09' n; stat -c %y n; touch -d nonsense n; echo $?; touch -r nope n; echo $?",
].map((line) => FILES + line);
